// The chart: a panel for each limit, one axis below them, and one cursor over all.

import { idTold } from "../../figures/reading.js";
import { ticksOf } from "../../figures/ticks.js";
import { drawn, element, hold } from "../../pieces/element.js";
import { Cursor } from "./cursor.js";
import { LEFT, RIGHT, panelOf } from "./panel.js";

// Pixels that a label of the axis takes.
const LABEL = 72;
const NARROWEST = 240;

/** Draws records: `draw(record)`; `zoom(range)` is called when somebody asks for another range by pointer or keys. */
export class Chart {
  element = element("div", { id: "chart", class: "chart" });
  #panels = element("div", { class: "panels" });
  #cursor;
  #record = null;
  #width = 0;
  #left = { isThin: false, isCrowded: false };

  constructor({ zoom, signal }) {
    this.#cursor = new Cursor({ zoom, signal });
    this.element.append(this.#cursor.reading, element("div", { class: "plot" }, this.#panels, this.#cursor.element), this.#cursor.told);
    const observer = new ResizeObserver(() => this.#fit());
    observer.observe(this.#panels);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  /** What of the last drawing was left out: windows too thin to be seen, resets too near to each other. */
  get left() {
    return this.#left;
  }

  draw(record) {
    this.#record = record;
    this.#width = Math.max(NARROWEST, this.#panels.clientWidth);
    const { range, courses } = record;
    const ticks = ticksOf(range, (this.#width - LEFT - RIGHT) / LABEL);
    const panels = courses.map((course) => panelOf(course, record, ticks, this.#width));
    this.#left = { isThin: panels.some(({ isThin }) => isThin), isCrowded: panels.some(({ isCrowded }) => isCrowded) };
    const heads = courses.map((course) => headOf(course));
    hold(this.#panels, panels.flatMap(({ svg }, i) => [heads[i].element, svg]).concat(axis(ticks, panels[0]?.x, this.#width)));
    if (panels.length > 0) this.#cursor.over(record, panels[0].x, heads.map(({ value }) => value));
  }

  #fit() {
    if (this.#record && Math.abs(this.#panels.clientWidth - this.#width) > 1) this.draw(this.#record);
  }
}

function headOf({ name, limit }) {
  const value = element("span", { class: "at-cursor" });
  return { element: element("div", { class: "panel-head" }, element("h3", { title: idTold(limit) }, name), value), value };
}

function axis(ticks, x, width) {
  if (!x) return [];
  const words = ticks.map(({ at, words: said, isMajor }) =>
    drawn("text", { class: isMajor ? "axis-word major" : "axis-word", x: clear(x.at(at), said, width), y: 13, "text-anchor": "middle" }, said));
  return [drawn("svg", { class: "drawing axis", viewBox: `0 0 ${width} 18`, "aria-hidden": "true" }, ...words)];
}

/** A label stands whole within the drawing. */
function clear(place, words, width) {
  const half = words.length * 3.2;
  return Math.min(Math.max(place, half), width - half);
}
