// The range that Past looks at (pure), as the address says it: `range=7d`, which ends now, or `from` and `to`.

import { DAY, HOUR, MINUTE, moment } from "./times.js";

const YEAR = 365 * DAY;
const SHORTEST = 10 * MINUTE;
const LONGEST = 20 * YEAR;

export const RANGES = [
  { name: "6h", words: "6 hours", length: 6 * HOUR },
  { name: "1d", words: "1 day", length: DAY },
  { name: "7d", words: "7 days", length: 7 * DAY },
  { name: "30d", words: "30 days", length: 30 * DAY },
  { name: "1y", words: "1 year", length: YEAR },
];
const USUAL = RANGES[2];

// So many columns are enough for the widest chart: more would be thinner than a line.
const MOST_COLUMNS = 750;
// Up to this length every reading is drawn.
const EVERY_READING = 36 * HOUR;
const STEPS = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 10080].map((minutes) => minutes * MINUTE);

/**
 * The range that is asked for: `{name, from, to}`, with `wrong` in words when the address asks for none. Where it asks for
 * nothing, it is the usual one, or a shorter one that holds a record which began `begun`.
 */
export function rangeOf(parameters, now, begun = null) {
  const [from, to] = [moment(parameters.get("from")), moment(parameters.get("to"))];
  if (parameters.has("from") || parameters.has("to")) {
    const wrong = wrongIn(from, to);
    return wrong ? { ...rolling(USUAL, now), wrong } : { name: "custom", from, to };
  }
  const named = RANGES.find(({ name }) => name === parameters.get("range"));
  const wrong = parameters.has("range") && !named ? "The address names a range that there is not." : undefined;
  const usual = parameters.has("range") ? USUAL : usualOf(begun, now);
  return { ...rolling(named ?? usual, now), ...(wrong && { wrong }) };
}

function usualOf(begun, now) {
  const shorter = RANGES.slice(0, RANGES.indexOf(USUAL));
  return (begun !== null && shorter.find(({ length }) => now - begun <= length)) || USUAL;
}

/** Why two moments are no range that can be shown, or "". */
export function wrongIn(from, to) {
  if (from === null || to === null) return "A range needs the moments at which it begins and ends.";
  if (from >= to) return "The range ends before it begins.";
  if (to - from < SHORTEST) return "A range is at least 10 minutes long.";
  return to - from > LONGEST ? "A range is at most 20 years long." : "";
}

function rolling({ name, length }, now) {
  const to = Math.ceil(now / MINUTE) * MINUTE;
  return { name, from: to - length, to };
}

/** How the address says two moments: to the second. */
export function written({ from, to }) {
  return { from: iso(Math.round(from / 1000) * 1000), to: iso(Math.round(to / 1000) * 1000) };
}

export function iso(at) {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** The length of the steps in which a range is drawn; null: every reading. */
export function stepOf({ from, to }) {
  const length = to - from;
  if (length <= EVERY_READING) return null;
  return STEPS.find((step) => length / step <= MOST_COLUMNS) ?? STEPS.at(-1);
}

/** The range before (-1) or after (1), not beyond now. */
export function shifted({ from, to }, by, now) {
  const length = to - from;
  const end = Math.min(to + by * length, Math.max(to, Math.ceil(now / MINUTE) * MINUTE));
  return { from: end - length, to: end };
}

/** A range that is `factor` times as long around a moment that stays in its place; null when that is too short. */
export function zoomed({ from, to }, factor, around) {
  const length = Math.min((to - from) * factor, LONGEST);
  if (length < SHORTEST) return null;
  const start = around - ((around - from) / (to - from)) * length;
  return { from: start, to: start + length };
}

/** The range between two moments in any order, at least the shortest. */
export function between(one, other) {
  const [from, to] = one < other ? [one, other] : [other, one];
  const lacking = Math.max(0, SHORTEST - (to - from)) / 2;
  return { from: from - lacking, to: to + lacking };
}
