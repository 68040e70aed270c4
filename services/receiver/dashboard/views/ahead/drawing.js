// The drawing of a forecast: the window so far, and from the newest reading to the reset the band of what may come.

import { ticksOf } from "../../figures/ticks.js";
import { moment } from "../../figures/times.js";
import { coursePaths } from "../../pieces/course.js";
import { drawn } from "../../pieces/element.js";
import { scaled } from "../../pieces/scale.js";

const HEIGHT = 170;
const [LEFT, RIGHT, TOP, FOOT] = [34, 12, 24, 20];
// Pixels that a label of the axis takes.
const LABEL = 84;

let made = 0;

/** The drawing of one limit's forecast; `course` has the pieces and gaps of its window, its `range` goes to the reset. */
export function forecastDrawing(forecast, course, { width, now, label }) {
  const { range } = course;
  const x = scaled([range.from, range.to], [LEFT, width - RIGHT]);
  const y = scaled([0, 100], [HEIGHT - FOOT, TOP]);
  const hatch = `ahead-hatch-${(made += 1)}`;
  return drawn(
    "svg",
    { class: "drawing ahead-drawing", role: "img", "aria-label": label, viewBox: `0 0 ${width} ${HEIGHT}` },
    drawn("defs", {}, drawn("pattern", { id: hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse" }, drawn("path", { class: "hatch", d: "M-1 1l2 -2M0 6l6 -6M5 7l2 -2" }))),
    ...axes(range, x, y, width),
    ...course.gaps.map(({ from, to }) => rect(x.at(from), TOP, Math.max(1, x.at(to) - x.at(from)), HEIGHT - FOOT - TOP, { class: "gap", fill: `url(#${hatch})` })),
    ...hitBand(forecast, x),
    ...wedge(forecast, course.last, x, y, width - RIGHT),
    ...soFar(coursePaths(course.pieces, x, y)),
    drawn("path", { class: "now-line", d: `M${x.at(now)} ${TOP}V${HEIGHT - FOOT}` }),
    drawn("text", { class: "axis-word", x: Math.min(x.at(now), width - RIGHT), y: TOP - 9, "text-anchor": "middle" }, "now"),
  );
}

function rect(x, y, width, height, attributes) {
  return drawn("rect", { x, y, width: width.toFixed(1), height, ...attributes });
}

function axes(range, x, y, width) {
  const ticks = ticksOf(range, (width - LEFT - RIGHT) / LABEL);
  return [
    ...ticks.map(({ at }) => drawn("path", { class: "rule", d: `M${x.at(at)} ${TOP}V${HEIGHT - FOOT}` })),
    ...[0, 50, 100].map((level) => drawn("path", { class: level === 100 ? "rule brim" : "rule", d: `M${LEFT} ${y.at(level)}H${width - RIGHT}` })),
    ...[0, 50, 100].map((level) => drawn("text", { class: "scale-word", x: LEFT - 6, y: y.at(level) + 3.5, "text-anchor": "end" }, `${level}`)),
    ...ticks.map(({ at, words }) => drawn("text", { class: "axis-word", x: Math.min(x.at(at), width - 34), y: HEIGHT - 5, "text-anchor": "middle" }, words)),
  ];
}

/** The band at the reset is known, how it is reached is not: straight lines lead there. */
function wedge({ atReset, straightLine }, last, x, y, end) {
  if (!atReset || !last) return [];
  const [begin, level] = [x.at(last.at), y.at(last.percentage)];
  const [low, likely, high] = [atReset.low, atReset.likely, atReset.high].map((value) => y.at(Math.min(100, value)));
  const shapes = [
    drawn("path", { class: "wedge", d: `M${begin} ${level}L${end} ${high}V${low}Z` }),
    drawn("path", { class: "likely", d: `M${begin} ${level}L${end} ${likely}` }),
    drawn("path", { class: "whisker", d: `M${end} ${high}V${low}M${end - 4} ${high}h8M${end - 4} ${low}h8` }),
    drawn("circle", { class: "dot", cx: end, cy: likely, r: 3 }),
  ];
  if (straightLine === null) return shapes;
  return [...shapes, drawn("path", { class: "straight", d: `M${end - 9} ${y.at(Math.min(100, straightLine))}h12` })];
}

function hitBand({ hit, resetsAt }, x) {
  const [from, likely] = [moment(hit?.earliest), moment(hit?.likely)];
  if (from === null) return [];
  const to = moment(hit.latest) ?? moment(resetsAt);
  const shapes = [rect(x.at(from), TOP - 4, Math.max(2, x.at(to) - x.at(from)), 8, { class: hit.latest === null ? "hit-ahead open" : "hit-ahead" })];
  if (likely !== null) shapes.push(drawn("path", { class: "hit-likely", d: `M${x.at(likely)} ${TOP - 6}v12` }));
  return shapes;
}

function soFar({ line, still, tint, dots }) {
  return [
    drawn("path", { class: "tint", d: tint }),
    drawn("path", { class: "still", d: still }),
    drawn("path", { class: "line", d: line }),
    ...dots.map(({ x, y }) => drawn("circle", { class: "dot", cx: x, cy: y, r: 2.5 })),
  ];
}
