// What is drawn beside the course of a limit (pure): windows as bands, hits as fills, turns as marks, gaps as gaps. What is
// only known to lie between two readings is drawn as that: `sure` is what is proven, `from` to `to` what may have been.

import { within } from "./spans.js";
import { moment } from "./times.js";

/** The windows of a limit in a range, as far as they are known: up to `end`, the newest reading. */
export function bandsOf(windows, range, end) {
  return windows.flatMap((row) => spread(row.opened, row.ended, row, end, range));
}

/** The times at 100 % in a range. One that lasts is known up to the newest reading. */
export function fillsOf(hits, range, end) {
  return hits.flatMap((row) => spread(row.reached, row.left, row, end, range));
}

/** Something from one instant to another (null: it lasts), told by a row; nothing when it lies outside the range. */
function spread(began, ended, row, end, range) {
  const { whole, sure } = boundsOf(began, ended, row, end);
  const shown = within({ from: whole.from, to: Math.max(whole.to, whole.from + 1) }, range);
  return shown ? [{ ...shown, sure: within(sure, range), row }] : [];
}

/** The longest and the shortest that something can have lasted; what nothing bounds is bounded by its own readings. */
export function boundsOf(began, ended, { first, last }, end) {
  const until = ended === null ? end : (moment(ended.earliest) ?? moment(last.time));
  return {
    whole: { from: moment(began.earliest) ?? moment(first.time), to: ended === null ? end : (moment(ended.latest) ?? until) },
    sure: { from: moment(began.latest) ?? moment(first.time), to: until },
  };
}

/** Resets and other turns in a range, with the bounds of when they were; an opening is seen in its window's band. */
export function turnsIn(turns, range) {
  const marks = turns.filter(({ kind }) => kind !== "opened").map((row) => {
    const [earliest, latest] = [moment(row.at.earliest), moment(row.at.latest)];
    return { kind: row.kind, from: earliest ?? latest, to: latest ?? earliest, row };
  });
  return marks.filter(({ from, to }) => to >= range.from && from < range.to);
}

/** Gaps as spans; one that lasts goes on to `now`. */
export function gapsIn(gaps, range, now) {
  return gaps.flatMap((row) => {
    const shown = within({ from: moment(row.start), to: moment(row.end) ?? now }, range);
    return shown ? [{ ...shown, row }] : [];
  });
}
