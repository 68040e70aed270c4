// The course of a limit as paths of a drawing: a step line that holds each level until the next reading, a tint from the least to the
// greatest of each step, and dots for readings from which nothing can be followed.

/** `{line, still, tint, dots}`: path data and points; `still` is the part of the line where no window is open. */
export function coursePaths(pieces, x, y) {
  const paths = { line: "", still: "", tint: "", dots: [] };
  let before = null;
  for (const run of runsOf(pieces)) {
    const [left, right, level] = [x.at(run.from), x.at(run.to), y.at(run.last)];
    if (run.joins && before !== null && before !== level) paths.line += `M${left} ${before}V${level}`;
    if (run.to === run.from) paths.dots.push({ x: left, y: level });
    else paths[run.isStill ? "still" : "line"] += `M${left} ${level}H${right}`;
    before = level;
  }
  for (const { from, to, min, max } of pieces) {
    if (max > min) paths.tint += `M${x.at(from)} ${y.at(min)}H${x.at(to)}V${y.at(max)}H${x.at(from)}Z`;
  }
  return paths;
}

/** Pieces that go on at the same level made one, so that a dotted line has its dots apart. */
function runsOf(pieces) {
  const runs = [];
  for (const { from, to, last, joins, isStill } of pieces) {
    const run = runs.at(-1);
    if (run && joins && run.last === last && run.isStill === isStill) run.to = to;
    else runs.push({ from, to, last, joins, isStill });
  }
  return runs;
}
