// One limit's panel of the chart: its windows, hits, gaps and course, over the same stretch of time as all others.

import { nameOf } from "../../figures/reading.js";
import { TURNS } from "../../figures/telling.js";
import { coursePaths } from "../../pieces/course.js";
import { drawn } from "../../pieces/element.js";
import { scaled } from "../../pieces/scale.js";
import { turnShape } from "./shapes.js";

export const LEFT = 34;
export const RIGHT = 10;
const HEAD = 14;
const HEIGHT = 108;
const FOOT = 4;
const THINNEST = 2.5;
// A mark and the space beside it.
const MARK = 9;

let made = 0;

/** The drawing of a course; `{svg, x, told}`, where `told` names what was left out for want of space. */
export function panelOf(course, record, ticks, width) {
  const x = scaled([record.range.from, record.range.to], [LEFT, width - RIGHT]);
  const y = scaled([0, course.top], [HEAD + HEIGHT, HEAD]);
  const hatch = `hatch-${(made += 1)}`;
  const bands = course.bands.filter(({ from, to }) => x.at(to) - x.at(from) >= THINNEST);
  const turns = turnsShown(course.turns, width);
  const svg = drawn(
    "svg",
    { class: "drawing", role: "img", "aria-label": inWords(course), viewBox: `0 0 ${width} ${HEAD + HEIGHT + FOOT}`, "data-limit": course.limit },
    hatchPattern(hatch),
    ...unrecorded(record, x),
    ...bands.flatMap((band) => bandShapes(band, x)),
    ...course.fills.flatMap((fill) => fillShapes(fill, x, y)),
    ...course.spans.map((gap) => box(x, gap, HEAD, HEIGHT, { class: "gap", fill: `url(#${hatch})` }, 1)),
    ...grid(ticks, course.top, x, y, width),
    ...courseShapes(coursePaths(course.pieces, x, y)),
    ...turns.flatMap((turn) => turnShapes(turn, x)),
  );
  return { svg, x, isThin: bands.length < course.bands.length || !course.hasWindows, isCrowded: turns.length < course.turns.length };
}

function box(x, { from, to }, top, height, attributes, thinnest = 0) {
  const left = x.at(from);
  return drawn("rect", { x: left, y: top, width: Math.max(thinnest, x.at(to) - left).toFixed(1), height, ...attributes });
}

function hatchPattern(id) {
  const lines = drawn("path", { class: "hatch", d: "M-1 1l2 -2M0 6l6 -6M5 7l2 -2" });
  return drawn("defs", {}, drawn("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse" }, lines));
}

/** Before the record began, and after the newest reading, nothing is known: no ground is drawn there. */
function unrecorded({ range, begin, now }, x) {
  const from = Math.max(range.from, begin ?? range.from);
  const to = Math.min(range.to, now);
  return from < to ? [box(x, { from, to }, HEAD, HEIGHT, { class: "ground" })] : [];
}

function bandShapes(band, x) {
  const edges = [band.from, band.to].map((at) => drawn("path", { class: "edge", d: `M${x.at(at)} ${HEAD}v${HEIGHT}` }));
  return [
    box(x, band, HEAD, HEIGHT, { class: "band loose" }),
    ...(band.sure ? [box(x, band.sure, HEAD, HEIGHT, { class: "band" })] : []),
    ...edges,
  ];
}

function fillShapes(fill, x, y) {
  const top = y.at(100);
  const height = y.at(0) - top;
  return [
    box(x, fill, top, height, { class: "fill loose" }, 1),
    ...(fill.sure ? [box(x, fill.sure, top, height, { class: "fill" }, 1)] : []),
    box(x, fill, top - 3, 6, { class: "full" }, 2),
  ];
}

function grid(ticks, top, x, y, width) {
  const levels = top > 100 ? [0, 100, top] : [0, 50, 100];
  return [
    ...ticks.map(({ at, isMajor }) => drawn("path", { class: isMajor ? "rule major" : "rule", d: `M${x.at(at)} ${HEAD}v${HEIGHT}` })),
    ...levels.map((level) => drawn("path", { class: level === 100 ? "rule brim" : "rule", d: `M${LEFT} ${y.at(level)}H${width - RIGHT}` })),
    ...levels.map((level) => drawn("text", { class: "scale-word", x: LEFT - 6, y: y.at(level) + 3.5, "text-anchor": "end" }, `${level}`)),
  ];
}

function courseShapes({ line, still, tint, dots }) {
  return [
    drawn("path", { class: "tint", d: tint }),
    drawn("path", { class: "still", d: still }),
    drawn("path", { class: "line", d: line }),
    ...dots.map(({ x, y }) => drawn("circle", { class: "dot", cx: x, cy: y, r: 2.5 })),
  ];
}

/** Resets as announced are left out where there is no space for them; what was not as announced always shows. */
function turnsShown(turns, width) {
  const isOrdinary = ({ kind }) => kind === "on_time" || kind === "unseen";
  return turns.length * MARK > width ? turns.filter((turn) => !isOrdinary(turn)) : turns;
}

function turnShapes({ kind, from, to }, x) {
  const [left, right] = [x.at(from), x.at(to)];
  const middle = (left + right) / 2;
  const shapes = [turnShape(kind, middle, HEAD / 2 - 1)];
  if (right - left > 4) shapes.push(drawn("path", { class: "whisker", d: `M${left} ${HEAD - 2}H${right}` }));
  return shapes;
}

/** What a panel shows, for those who do not see it; every figure is in the table. */
function inWords({ limit, pieces, fills, turns, gaps }) {
  const name = nameOf(limit);
  if (pieces.length === 0) return `${name}: no reading in this range.`;
  const [least, most] = [Math.min(...pieces.map(({ min }) => min)), Math.max(...pieces.map(({ max }) => max))];
  const odd = turns.filter(({ kind }) => kind !== "on_time" && kind !== "unseen");
  const parts = [
    `${name} from ${least} to ${most} per cent`,
    counted(turns.length, "reset"),
    odd.length > 0 && `of these ${odd.map(({ kind }) => TURNS[kind].word.toLowerCase()).join(", ")}`,
    counted(fills.length, "hit"),
    counted(gaps.length, "gap"),
  ];
  return `${parts.filter(Boolean).join("; ")}.`;
}

function counted(number, word) {
  return number === 1 ? `1 ${word}` : `${number} ${word}s`;
}
