// What the chart's marks mean: those that are there, and what had no space.

import { TURNS } from "../../figures/telling.js";
import { drawn, element } from "../../pieces/element.js";
import { turnPicture } from "./shapes.js";

const ORDER = ["on_time", "unseen", "early", "late", "moved", "counter_fell", "unannounced"];

/** The legend of a record as it was drawn; `left` is what the chart left out. */
export function legend({ courses, step }, left) {
  const kinds = new Set(courses.flatMap(({ turns }) => turns.map(({ kind }) => kind)));
  const some = (what) => courses.some((course) => course[what].length > 0);
  const items = [
    item(swatch("line"), step === null ? "each reading, held until the next" : "last reading of each step"),
    step !== null && item(swatch("tint"), "from its least to its greatest"),
    some("bands") && item(swatch("band"), "a window; none open between bands"),
    some("fills") && item(swatch("fill"), "at 100 %"),
    some("gaps") && item(swatch("gap"), "gap: no reading"),
    ...ORDER.filter((kind) => kinds.has(kind)).map((kind) => item(turnPicture(kind), wordOf(kind))),
  ];
  const missing = [
    left.isThin && "some windows are too short to be drawn",
    left.isCrowded && "resets as announced are too many to be drawn",
  ].filter(Boolean);
  const note = missing.length > 0 && element("p", { class: "quiet small" }, `In this range ${missing.join(", and ")}: a shorter one shows them.`);
  return [element("ul", { class: "key", "aria-label": "What the marks mean" }, ...items.filter(Boolean)), note].filter(Boolean);
}

function item(picture, words) {
  return element("li", {}, picture, words);
}

function swatch(kind) {
  const shapes = {
    line: [drawn("path", { class: "line", d: "M0 9H8V4H18" })],
    tint: [drawn("rect", { class: "tint", x: 0, y: 1, width: 18, height: 10 })],
    band: [drawn("rect", { class: "band", x: 0, y: 0, width: 18, height: 12 }), drawn("path", { class: "edge", d: "M.5 0v12M17.5 0v12" })],
    fill: [drawn("rect", { class: "fill", x: 0, y: 0, width: 18, height: 12 }), drawn("rect", { class: "full", x: 0, y: 0, width: 18, height: 4 })],
    gap: [drawn("path", { class: "hatch", d: "M0 12L12 0M6 12L18 0M0 6L6 0M12 12L18 6" })],
  };
  return drawn("svg", { class: "key-swatch", viewBox: "0 0 18 12", "aria-hidden": "true" }, ...shapes[kind]);
}

function wordOf(kind) {
  const word = TURNS[kind].word.toLowerCase();
  return kind === "on_time" || kind === "unseen" ? `reset ${word}` : word;
}
