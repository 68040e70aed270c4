// A small line of a limit's course: the range of each step, gaps hatched, what was full marked on top.

import { drawn } from "./element.js";

const WIDTH = 240;
const HEIGHT = 32;

/**
 * Draw buckets `[{min, max, count, isBefore}]` of equal steps; `label` says it in words. A gap is a step that nobody
 * read; steps before anything was recorded are no gap.
 */
export function spark(buckets, label) {
  const step = WIDTH / buckets.length;
  const at = (index) => Math.round(index * step * 10) / 10;
  const level = (percentage) => HEIGHT - 1 - (Math.min(100, percentage) / 100) * (HEIGHT - 4);
  const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", class: "spark", role: "img", "aria-label": label };
  return drawn(
    "svg",
    box,
    ...gapsOf(buckets).map(([from, to]) => drawn("rect", { class: "gap", x: at(from), y: 0, width: at(to) - at(from), height: HEIGHT })),
    drawn("path", { class: "range", d: rangeOf(buckets, at, level) }),
    drawn("path", { class: "line", d: lineOf(buckets, at, level) }),
    drawn("path", { class: "full", d: fullOf(buckets, at) }),
    drawn("path", { class: "ground", d: `M0 ${HEIGHT - 0.5}H${WIDTH}` }),
  );
}

/** Stretches of steps without a reading: `[from, to]`, `to` not included. */
export function gapsOf(buckets) {
  const found = [];
  buckets.forEach(({ count, isBefore }, index) => {
    if (count > 0 || isBefore) return;
    const last = found.at(-1);
    if (last?.[1] === index) last[1] = index + 1;
    else found.push([index, index + 1]);
  });
  return found;
}

const isKnown = (bucket) => bucket.max !== null;

function rangeOf(buckets, at, level) {
  return buckets
    .map((one, i) => (isKnown(one) ? `M${at(i)} ${HEIGHT}V${level(one.max).toFixed(1)}H${at(i + 1)}V${HEIGHT}Z` : ""))
    .join("");
}

function lineOf(buckets, at, level) {
  return buckets.map((one, i) => {
    if (!isKnown(one)) return "";
    const begins = i === 0 || !isKnown(buckets[i - 1]);
    return `${begins ? "M" : "L"}${at(i)} ${level(one.max).toFixed(1)}H${at(i + 1)}`;
  }).join("");
}

function fullOf(buckets, at) {
  return buckets.map((one, i) => (isKnown(one) && one.max >= 100 ? `M${at(i)} 1H${at(i + 1)}` : "")).join("");
}
