// What the chart says at a moment (pure): of each limit the column, or why there is none.

import { columnAt, isStill } from "../../figures/columns.js";
import { causesTold, columnTold, dated, stretchTold } from "../../figures/telling.js";

/** `{when, limits: [{name, words, more}]}`. */
export function toldAt(record, at) {
  const limits = record.courses.map((course) => ({ name: course.name, ...limitAt(course, record, at) }));
  return { when: whenOf(record, at), limits };
}

function whenOf({ courses, step, spans }, at) {
  const gap = spans.find(({ from, to }) => from <= at && at < to);
  if (gap) return stretchTold(gap.from, gap.to);
  const column = courses.map(({ columns }) => columnAt(columns, at)).find(Boolean);
  if (!column) return dated(at);
  return step === null ? dated(column.from) : stretchTold(column.from, column.to);
}

function limitAt(course, record, at) {
  const gap = course.gaps.find(({ from, to }) => from <= at && at < to);
  if (gap) return { words: "gap", more: `no reading: ${causesTold(gap.row)}` };
  const column = columnAt(course.columns, at);
  if (column) return idleOf(columnTold(column), column, course);
  if (record.begin !== null && at < record.begin) return { words: "unknown", more: "nothing was recorded yet" };
  if (at >= record.end) return { words: "unknown", more: at < record.now ? "nothing was read since" : "not yet" };
  return { words: "no reading", more: "" };
}

/** In a step nothing says that no window was open: the windows do. */
function idleOf(told, column, { bands, hasWindows }) {
  if (column.state !== null || !isStill(column, hasWindows ? bands : null)) return told;
  return { ...told, more: [told.more, "no window is open"].filter(Boolean).join(", ") };
}
