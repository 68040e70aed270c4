// The cursor over the chart: what stands at a moment, for a pointer, for keys and for a screen reader; and a stretch that is drawn
// with either becomes the range. Keys: arrows, Page Up and Down, Home, End; with Shift they mark a stretch, Enter goes there.

import { stopAt } from "../../figures/columns.js";
import { between, zoomed } from "../../figures/range.js";
import { element, mark, say } from "../../pieces/element.js";
import { toldAt } from "./told.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageDown: -12, PageUp: 12, Home: -Infinity, End: Infinity };
const DRAGGED = 6;
const PATIENCE = 250;
const ASKED = "Point at the chart or use the arrow keys to read it; drag to zoom.";

/** One cursor for all panels: `over(record, x, values)` where `x` is their scale and `values` show what each limit says. */
export class Cursor {
  element = element("div", { class: "cursor", tabindex: "0", role: "slider", "aria-label": "Moment in the chart", "aria-describedby": "keys" });
  reading = element("p", { class: "reading", id: "reading-at" }, ASKED);
  told = element("p", { class: "spoken", id: "reading-told", "aria-live": "polite" });
  #zoom;
  #record = null;
  #x = null;
  #values = [];
  #at = null;
  #marked = null;
  #pressed = null;
  #telling = 0;

  constructor({ zoom, signal }) {
    this.#zoom = zoom;
    const keys = "Arrow keys read, with Shift they mark a stretch, Enter shows it, plus and minus zoom, Escape lets go.";
    this.element.append(element("span", { class: "thread" }), element("span", { class: "stretch" }), element("span", { id: "keys", hidden: true }, keys));
    const listen = (name, handler) => this.element.addEventListener(name, handler, { signal });
    listen("pointerdown", (event) => this.#press(event));
    listen("pointermove", (event) => this.#move(event));
    listen("pointerup", (event) => this.#release(event));
    listen("pointercancel", () => this.#letGo());
    listen("pointerleave", () => this.#pressed === null && document.activeElement !== this.element && this.#point(null));
    listen("keydown", (event) => this.#key(event));
    listen("blur", () => this.#letGo());
  }

  /** Go over another drawing; the moment stays where it is still within the range. */
  over(record, x, values) {
    [this.#record, this.#x, this.#values] = [record, x, values];
    const { range, stops } = record;
    mark(this.element, "aria-valuemin", "0");
    mark(this.element, "aria-valuemax", String(Math.max(0, stops.length - 1)));
    if (this.#at !== null && (this.#at < range.from || this.#at >= range.to)) this.#at = null;
    this.#letGo();
    this.#point(this.#at);
  }

  #letGo() {
    this.#pressed = null;
    this.#mark(null);
  }

  #mark(at) {
    this.#marked = at;
    const isMarked = at !== null && this.#at !== null && at !== this.#at;
    mark(this.element, "data-marked", isMarked);
    if (!isMarked) return;
    const [left, right] = [this.#x.at(at), this.#x.at(this.#at)].sort((one, other) => one - other);
    this.element.style.setProperty("--left", `${left}px`);
    this.element.style.setProperty("--width", `${right - left}px`);
  }

  #momentOf(event) {
    const { range } = this.#record;
    const place = event.clientX - this.element.getBoundingClientRect().left;
    return Math.min(Math.max(this.#x.back(place), range.from), range.to - 1);
  }

  #press(event) {
    if (!this.#record || event.button !== 0) return;
    this.#pressed = event.clientX;
    this.element.setPointerCapture(event.pointerId);
    this.#point(this.#momentOf(event));
    this.#marked = this.#at;
  }

  #move(event) {
    if (!this.#record) return;
    this.#point(this.#momentOf(event));
    if (this.#pressed !== null && Math.abs(event.clientX - this.#pressed) >= DRAGGED) this.#mark(this.#marked);
  }

  #release(event) {
    if (this.#pressed === null) return;
    const isDragged = Math.abs(event.clientX - this.#pressed) >= DRAGGED;
    const [from, to] = [this.#marked, this.#at];
    this.#letGo();
    if (isDragged) this.#zoom(between(from, to));
  }

  #key(event) {
    if (!this.#record || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in STEPS) this.#step(STEPS[event.key], event.shiftKey);
    else if (event.key === "Enter" && this.#marked !== null && this.#marked !== this.#at) this.#zoom(between(this.#marked, this.#at));
    else if (event.key === "+" || event.key === "-") this.#closer(event.key === "+" ? 1 / 2 : 2);
    else if (event.key === "Escape") this.#letGo();
    else return;
    event.preventDefault();
  }

  #step(by, isMarking) {
    const { stops, spans } = this.#record;
    if (stops.length === 0) return;
    const before = this.#at;
    const place = before === null ? (by < 0 ? stops.length : -1) : stopAt(stops, before, spans);
    const next = Math.min(Math.max(place + by, 0), stops.length - 1);
    this.#point(stops[next]);
    this.#mark(isMarking ? (this.#marked ?? before ?? stops[next]) : null);
    clearTimeout(this.#telling);
    this.#telling = setTimeout(() => say(this.told, this.#inWords()), PATIENCE);
  }

  #closer(factor) {
    const { range } = this.#record;
    const next = zoomed(range, factor, this.#at ?? (range.from + range.to) / 2);
    if (next) this.#zoom(next);
  }

  #point(at) {
    this.#at = at;
    mark(this.element, "data-at", at === null ? null : String(Math.round(at)));
    const { stops, spans, courses } = this.#record;
    const told = at === null ? null : toldAt(this.#record, at);
    say(this.reading, told?.when ?? ASKED);
    courses.forEach((_, i) => say(this.#values[i], told ? [told.limits[i].words, told.limits[i].more].filter(Boolean).join(" · ") : ""));
    mark(this.element, "aria-valuenow", String(at === null ? 0 : stopAt(stops, at, spans)));
    mark(this.element, "aria-valuetext", told?.when ?? "no moment yet");
    if (at !== null) this.element.style.setProperty("--at", `${this.#x.at(at)}px`);
  }

  /** What a screen reader says after a key: the moment and what each limit says. */
  #inWords() {
    const { when, limits } = toldAt(this.#record, this.#at);
    return `${when}: ${limits.map(({ name, words, more }) => [name, words, more].filter(Boolean).join(", ")).join("; ")}.`;
  }
}
