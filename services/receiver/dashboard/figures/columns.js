// What the receiver's series says, as columns (pure): one a reading, or one a step. A column holds from its reading until
// the next one; `{from, to, first, min, max, last, count, unread, reason, state, version}`, percentages null when unknown.

import { spanAt, lowest, without } from "./spans.js";
import { MINUTE } from "./times.js";

// Shorter pieces beside a gap are the seconds between a reading and its arrival.
const SLIVER = MINUTE;

/** The columns of one limit: `end` is the moment after which nothing is known. */
export function columnsOf(series, step, range, end) {
  return step === null ? ofReadings(series.readings, end) : ofSteps(series.buckets, step, range, end);
}

function ofReadings(readings, end) {
  return readings.map((one, i) => {
    const from = Date.parse(one.time);
    const to = i + 1 < readings.length ? Date.parse(readings[i + 1].time) : Math.max(from, end);
    const isRead = one.percentage !== null;
    const { percentage: value, state = null, reason, version } = one;
    return { from, to, first: value, min: value, max: value, last: value, count: +isRead, unread: +!isRead, reason, state, version };
  });
}

function ofSteps(buckets, step, range, end) {
  const columns = [];
  for (const { start, ...figures } of buckets) {
    const begin = Date.parse(start);
    const from = Math.max(begin, range.from);
    const to = Math.min(begin + step, range.to, end);
    if (to > from || figures.count > 0) columns.push({ from, to: Math.max(from, to), state: null, version: null, ...figures });
  }
  return columns;
}

/** Whether no window is open in a column: the reading says so; of a step its windows do, `bands`, null when unknown. */
export function isStill({ from, to, max, state }, bands) {
  if (max !== 0) return false;
  if (state !== null) return state === "idle" || state === "unused";
  return bands !== null && !bands.some((band) => band.from < to && band.to > from);
}

/**
 * What of columns may be drawn: never through a gap, nor where a limit could not be read. A piece is
 * `{from, to, min, max, last, joins, isStill}`; one that joins goes on from where the piece before it ended.
 */
export function piecesOf(columns, gaps, bands) {
  const pieces = [];
  let reached = null;
  for (const column of columns) {
    if (column.count === 0) continue;
    const spans = without(column, gaps).filter(({ from, to }) => to - from >= Math.min(SLIVER, column.to - column.from));
    if (spans.length === 0) spans.push({ from: column.from, to: column.from });
    for (const { from, to } of spans) {
      const { min, max, last } = column;
      pieces.push({ from, to, min, max, last, joins: from === reached, isStill: isStill(column, bands) });
      reached = to;
    }
  }
  return pieces;
}

/** The column in which a moment lies, or undefined. */
export function columnAt(columns, at) {
  const after = lowest(columns.length, (i) => columns[i].from > at);
  const found = columns[after - 1];
  return found && (at < found.to || at === found.from) ? found : undefined;
}

/** The moments at which something can be read from the chart: of each column, and one within each gap, in order. */
export function stopsOf(courses, gaps) {
  const moments = new Set(courses.flatMap(({ columns }) => columns.map(({ from }) => from)));
  for (const { from, to } of gaps) moments.add((from + to) / 2);
  return [...moments].sort((one, other) => one - other);
}

/** The place of the stop whose column or gap holds a moment. */
export function stopAt(stops, at, gaps) {
  const gap = spanAt(gaps, at);
  const sought = gap ? (gap.from + gap.to) / 2 : at;
  return Math.max(0, lowest(stops.length, (i) => stops[i] > sought) - 1);
}
