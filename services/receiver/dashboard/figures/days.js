// The calendar of hits (pure): for each of the viewer's days how long a limit stood at 100 %, and how much of it is known.

import { boundsOf } from "./marks.js";
import { lengthWithin, merged } from "./spans.js";
import { midnightOf, nextMidnight } from "./ticks.js";
import { DAY, HOUR, MINUTE } from "./times.js";

/** What a day is shown as: nothing of it is recorded, part of it, all of it without a hit, or with one. */
export const KINDS = ["unknown", "partly", "clear", "hit"];

const LEVELS = [0, 30 * MINUTE, 2 * HOUR, 5 * HOUR];
// Clocks and seconds between readings: less than this unknown is not worth a word.
const KNOWN_ENOUGH = 0.99;

/**
 * Each day of a range: `{at, end, date, least, most, hits, known, kind, level}`. `least` and `most` are milliseconds at
 * 100 %, those of several limits counted once; `known` is the share of the day, 0 when nothing was recorded;
 * `level` is 1 to 4 with a hit. `days` are those of the answer about gaps, which tell of what is after the record's `begin`;
 * `end` is the newest reading.
 */
export function daysOf(hits, days, range, { begin, end }) {
  const bounds = hits.map((row) => boundsOf(row.reached, row.left, row, end));
  const least = merged(bounds.map(({ sure }) => sure).filter(({ from, to }) => from < to));
  const most = merged(bounds.map(({ whole }) => whole));
  const begun = countedBy(hits.map(({ first }) => dateOf(Date.parse(first.time))));
  const known = new Map(days.map((one) => [one.day, one.knownShare]));
  const found = [];
  for (let at = midnightOf(range.from); at < range.to; at = nextMidnight(at)) {
    const date = dateOf(at);
    const day = { from: at, to: nextMidnight(at) };
    const lengths = { least: lengthWithin(least, day), most: lengthWithin(most, day) };
    found.push(toldDay({ at, end: day.to, date, ...lengths, hits: begun.get(date) ?? 0, known: (known.get(date) ?? 0) * recordedOf(day, begin, end) }));
  }
  return found;
}

/** Which share of a day there was a record: less than 1 on the day on which it began. */
function recordedOf({ from, to }, begin, end) {
  if (begin === null || begin <= from) return 1;
  const until = Math.min(to, Math.max(end, begin));
  return Math.max(0, until - begin) / (until - from);
}

function toldDay(day) {
  if (day.hits > 0 || day.most > 0) {
    const level = LEVELS.filter((length) => day.least >= length).length;
    return { ...day, kind: "hit", level };
  }
  if (day.known === 0) return { ...day, kind: "unknown", level: 0 };
  return { ...day, kind: day.known < KNOWN_ENOUGH ? "partly" : "clear", level: 0 };
}

function countedBy(dates) {
  const counted = new Map();
  for (const date of dates) counted.set(date, (counted.get(date) ?? 0) + 1);
  return counted;
}

/** The viewer's date at a moment: "2026-11-22". */
export function dateOf(at) {
  const local = new Date(at);
  const two = (number) => String(number).padStart(2, "0");
  return `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}`;
}

/** Days in rows of weeks that begin on Monday; null where a week begins before or ends after them. */
export function weeksOf(days) {
  const weeks = [];
  for (const day of days) {
    const weekday = (new Date(day.at).getDay() + 6) % 7;
    if (weekday === 0 || weeks.length === 0) weeks.push(Array(7).fill(null));
    weeks.at(-1)[weekday] = day;
  }
  return weeks;
}

/** The days of the last year, whole weeks: from a Monday to the day that is today. */
export function yearBefore(now) {
  const today = midnightOf(now);
  const weekday = (new Date(today).getDay() + 6) % 7;
  const from = midnightOf(today - (weekday + 52 * 7) * DAY + DAY / 2);
  return { from, to: nextMidnight(today) };
}
