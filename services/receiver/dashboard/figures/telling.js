// What columns, turns, hits and days are called (pure): words for people, the same in charts, tables and lists.

import { percent } from "./limits.js";
import { MINUTE, clock, short, span } from "./times.js";

const dayOf = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric" });

/** A day: "Thu 19 Nov 2026". */
export function dayNamed(at) {
  return dayOf.format(at).replace(",", "");
}

const ON_TIME = "on the minute";

export const TURNS = {
  on_time: { word: "On time", says: "The window was seen before its announced reset and gone after it." },
  unseen: { word: "Unseen", says: "It was over when somebody looked again: nothing proves when, nothing speaks against the announced time." },
  early: { word: "Early", says: "Another window, or none, was there while the announced reset was still ahead." },
  late: { word: "Late", says: "The window was still shown, or still used, after its announced reset." },
  moved: { word: "Moved", says: "Another reset was announced, and the percentage did not fall." },
  counter_fell: { word: "Counter fell", says: "The percentage fell, and the announced reset stayed." },
  unannounced: { word: "Unannounced", says: "The percentage fell, and no reset was announced: a reset or not, nobody can tell." },
  opened: { word: "Opened", says: "No window was open, now one is." },
};

export const ENDINGS = {
  reset: "ended by the reset",
  early_reset: "ended by an early reset",
  counter_fell: "ended when the counter fell",
  unknown: "nobody knows how it ended",
};

/** Whole and tenth per cent: "47 %"; "unknown" for null. */
export function percentage(value) {
  return value === null || value === undefined ? "unknown" : `${percent(value)} %`;
}

/** A moment in a table: "Thu 19 Nov 2026, 16:45". */
export function dated(at) {
  return `${dayNamed(at)}, ${clock.format(at)}`;
}

/** A stretch of time: "Thu 19 Nov 2026, 16:45 to 17:00". */
export function stretchTold(from, to) {
  if (to <= from) return dated(from);
  return dayNamed(from) === dayNamed(to) ? `${dated(from)} to ${clock.format(to)}` : `${dated(from)} to ${dated(to)}`;
}

/** What a column says: `{words, more}`, "more" about the least, the greatest and how many readings. */
export function columnTold(column) {
  if (!column) return { words: "no reading", more: "" };
  if (column.count === 0) return unread(column);
  const { last, min, max, count, state } = column;
  const isStill = last === 0 && (state === "idle" || state === "unused");
  const words = isStill ? state : percentage(last);
  const more = [
    isStill && state === "idle" && "no window is open",
    min !== max && `from ${percent(min)} to ${percentage(max)}`,
    count > 1 && `${count} readings`,
  ];
  return { words, more: more.filter(Boolean).join(", ") };
}

function unread({ unread: failed, reason }) {
  if (failed === 0) return { words: "no reading", more: "" };
  return { words: "unknown", more: `not read: ${reason || "no reason was given"}` };
}

/** When something was that lies between two readings: "between Thu 10:02 and Thu 10:07". */
export function instantTold({ earliest, latest }, now) {
  if (earliest && latest) return `between ${nearTold(Date.parse(earliest), Date.parse(latest), now)}`;
  if (earliest) return `after ${short(Date.parse(earliest), now)}; nothing tells how long after`;
  if (latest) return `before ${short(Date.parse(latest), now)}; nothing tells how long before`;
  return "at an unknown time";
}

/** Two moments; the day of both is said once: "Thu 10:02 and 10:07". */
function nearTold(from, to, now) {
  const isSameDay = dayNamed(from) === dayNamed(to);
  return `${short(from, now)} and ${isSameDay ? clock.format(to) : short(to, now)}`;
}

/** How long, between two bounds: "2 h 14 min to 2 h 24 min", "at least 5 min". */
export function lengthTold(least, most) {
  if (least === null) return most === null ? "unknown" : `at most ${span(most)}`;
  if (most === null) return `at least ${span(least)}`;
  const [one, other] = [span(least), span(most)];
  return one === other ? one : `${one} to ${other}`;
}

/** How far from its announced time something came: "up to 5 min early", "5 min early to 1 min late". */
export function offTold(off) {
  if (off === null) return "";
  const [least, most] = [sideOf(off.atLeast), sideOf(off.atMost)];
  if (!least || !most) return least ? `${least} or later` : `${most} or earlier`;
  if (least === most) return least;
  if (most === ON_TIME) return `up to ${least}`;
  return least === ON_TIME ? `up to ${most}` : `${least} to ${most}`;
}

function sideOf(minutes) {
  if (minutes === null) return "";
  const whole = Math.round(minutes);
  return whole === 0 ? ON_TIME : `${span(Math.abs(whole) * MINUTE)} ${whole < 0 ? "early" : "late"}`;
}

/** Why a gap is one, as far as reports tell. */
export function causesTold({ causes, causesWhole, reason, limit }) {
  if (causes.length > 0) return causes.map(({ state, count }) => `${state.replaceAll("_", " ")} (${count})`).join(", ");
  if (limit !== null && reason) return `not read: ${reason}`;
  return causesWhole ? "nobody said why" : "why is not kept any more";
}

/** What a day of the calendar says. */
export function dayTold(day) {
  const unknown = day.known < 0.99 ? `${Math.ceil((1 - day.known) * 100)} % of the day is unknown` : "";
  if (day.kind === "unknown") return "nothing is recorded";
  if (day.kind !== "hit") return unknown ? `no hit was seen; ${unknown}` : "no hit";
  const hits = day.hits === 1 ? "1 hit" : day.hits === 0 ? "a hit from the day before" : `${day.hits} hits`;
  return [`${hits}, at 100 % for ${lengthTold(day.least, day.most)}`, unknown].filter(Boolean).join("; ");
}
