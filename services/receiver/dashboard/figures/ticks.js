// Where a time axis has its ticks, and what stands there (pure): on the viewer's wall clock, on which a day may have 23 or
// 25 hours. A tick is `{at, words, isMajor}`; major ones begin a day, on longer axes a month or year.

import { DAY, HOUR, MINUTE, clock } from "./times.js";

const QUARTER = 15 * MINUTE;
const OF_A_DAY = [5 * MINUTE, QUARTER, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR];
const MONTH = 30.5 * DAY;

const weekdayAndDay = format({ weekday: "short", day: "numeric", month: "short" });
const day = format({ day: "numeric", month: "short" });
const month = format({ month: "short" });
const year = format({ year: "numeric" });

function format(options) {
  return new Intl.DateTimeFormat("en-GB", options);
}

/** The ticks of a range, at most about `most` of them. */
export function ticksOf(range, most) {
  const apart = (range.to - range.from) / Math.max(1, most);
  const step = OF_A_DAY.find((length) => length >= apart);
  if (step) return ofADay(range, step);
  const days = [1, 2, 7, 14].find((count) => count * DAY >= apart);
  if (days) return ofDays(range, days);
  return ofMonths(range, [1, 2, 3, 6, 12].find((count) => count * MONTH >= apart) ?? 12 * Math.ceil(apart / (12 * MONTH)));
}

function ofADay(range, step) {
  const ticks = [];
  const grid = Math.min(step, QUARTER);
  for (let at = Math.ceil(range.from / grid) * grid; at < range.to; at += grid) {
    const local = new Date(at);
    const minutes = local.getHours() * 60 + local.getMinutes();
    const isMajor = minutes === 0;
    if ((minutes * MINUTE) % step === 0) ticks.push({ at, words: isMajor ? weekdayAndDay.format(at).replace(",", "") : clock.format(at), isMajor });
  }
  return ticks;
}

/** Days: every one, or those of a month that are a multiple apart, the first always; weeks begin on Mondays. */
function ofDays(range, apart) {
  const ticks = [];
  for (const at of midnights(range)) {
    const local = new Date(at);
    const isThere = apart >= 7 ? local.getDay() === 1 && weekOf(at) % (apart / 7) === 0 : dayNumber(at) % apart === 0;
    if (isThere) ticks.push({ at, words: day.format(at), isMajor: apart >= 7 ? local.getDate() <= 7 : local.getDay() === 1 });
  }
  return ticks;
}

function ofMonths(range, apart) {
  const ticks = [];
  const begin = new Date(range.from);
  for (let number = begin.getFullYear() * 12 + begin.getMonth(); ; number += 1) {
    const at = new Date(Math.floor(number / 12), number % 12, 1).getTime();
    if (at >= range.to) return ticks;
    if (at < range.from || number % apart !== 0) continue;
    const isMajor = number % 12 === 0;
    ticks.push({ at, words: isMajor ? year.format(at) : month.format(at), isMajor });
  }
}

/** The viewer's midnights within a range. */
export function midnights(range) {
  const found = [];
  for (let at = midnightOf(range.from); at < range.to; at = nextMidnight(at)) if (at >= range.from) found.push(at);
  return found;
}

/** When the viewer's day began in which a moment lies. */
export function midnightOf(at) {
  const local = new Date(at);
  return new Date(local.getFullYear(), local.getMonth(), local.getDate()).getTime();
}

export function nextMidnight(at) {
  const local = new Date(at);
  return new Date(local.getFullYear(), local.getMonth(), local.getDate() + 1).getTime();
}

function dayNumber(at) {
  const local = new Date(at);
  return Math.round(Date.UTC(local.getFullYear(), local.getMonth(), local.getDate()) / DAY);
}

/** Weeks counted from Monday, 5 January 1970. */
function weekOf(at) {
  return Math.floor((dayNumber(at) - 4) / 7);
}
