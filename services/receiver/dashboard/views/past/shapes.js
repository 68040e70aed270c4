// The marks of turns: each kind has a shape of its own, so that no colour is needed to tell them apart.

import { drawn } from "../../pieces/element.js";

const SHAPES = {
  on_time: "M-3.5 -3h7l-3.5 6z",
  unseen: "M-3.5 -3h7l-3.5 6z",
  early: "M3.5 -3.5v7l-7 -3.5z",
  late: "M-3.5 -3.5v7l7 -3.5z",
  moved: "M0 -4l4 4l-4 4l-4 -4z",
  counter_fell: "M-1 -4h2v4h3l-4 4.5l-4 -4.5h3z",
  unannounced: "M-3 -3l6 6M3 -3l-6 6",
};

/** The shape of a kind of turn around a point. */
export function turnShape(kind, x, y) {
  return drawn("path", { class: "turn", "data-kind": kind, d: SHAPES[kind], transform: `translate(${x.toFixed(1)} ${y})` });
}

/** The same as a small picture for a legend. */
export function turnPicture(kind) {
  return drawn("svg", { class: "key-shape", viewBox: "-6 -6 12 12", "aria-hidden": "true" }, turnShape(kind, 0, 0));
}
