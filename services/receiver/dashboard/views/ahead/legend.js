// What the drawings' lines and grounds mean, once for all of them.

import { chanceTold } from "../../figures/foreseen.js";
import { moment } from "../../figures/times.js";
import { drawn, element } from "../../pieces/element.js";

/** The legend of the forecasts that are drawn. */
export function legendOf(forecasts) {
  const [{ holds }] = forecasts;
  const often = holds === null ? "" : `, as ${oftenTold(holds)} should`;
  const parts = [
    one("line", "read"),
    one("likely", "likely from here on"),
    one("wedge", `ends within the bar at its right${often}`),
    forecasts.some(({ hit }) => moment(hit?.earliest) !== null) && one("hit-ahead", "when 100 % may be reached"),
    forecasts.some(({ straightLine }) => straightLine !== null) && one("straight", "end at this window's pace alone"),
  ];
  return element("ul", { class: "key", "aria-label": "What the drawings show" }, ...parts.filter(Boolean));
}

/** A share of tenths as people count: "8 of 10". */
function oftenTold(share) {
  const tenths = share * 10;
  return Number.isInteger(Math.round(tenths * 100) / 100) ? `${Math.round(tenths)} of 10` : chanceTold(share);
}

const SHAPES = {
  line: (name) => drawn("path", { class: name, d: "M0 6H18" }),
  likely: (name) => drawn("path", { class: name, d: "M0 6H18" }),
  straight: (name) => drawn("path", { class: name, d: "M3 6H15" }),
  wedge: (name) => [drawn("path", { class: name, d: "M0 11L16 1V11Z" }), drawn("path", { class: "whisker", d: "M16 1V11M13 1h5M13 11h5" })],
  "hit-ahead": (name) => drawn("rect", { class: name, x: 0, y: 2, width: 18, height: 8 }),
};

function one(name, words) {
  return element("li", {}, drawn("svg", { class: "key-swatch", viewBox: "0 0 18 12", "aria-hidden": "true" }, SHAPES[name](name)), words);
}
