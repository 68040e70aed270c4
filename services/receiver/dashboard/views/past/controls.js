// Which range is looked at: the usual ones, before and after, any two moments; chart or table; the same as a file.

import { dateOf } from "../../figures/days.js";
import { RANGES, shifted, stepOf, wrongIn, written, zoomed } from "../../figures/range.js";
import { element, mark, say } from "../../pieces/element.js";
import { seriesPath } from "./record.js";

/** The row of controls: `draw(range, show, now)`; links stay the same elements, so that focus stays where it is. */
export class Controls {
  #ranges = RANGES.map(({ name, words }) => link(name.replace(/(\d+)/, "$1 "), words));
  #earlier = link("‹ Earlier");
  #later = link("Later ›");
  #wider = link("Wider");
  #chart = link("Chart");
  #table = link("Table");
  #download = element("a", { class: "button" }, "Download CSV");
  #custom = customForm();
  #show = "";
  #context;

  constructor(context) {
    this.#context = context;
    this.#custom.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = this.#custom.read();
      if (chosen) context.go(this.asked(chosen));
    }, { signal: context.signal });
    this.element = element(
      "div",
      { class: "row controls screen" },
      segments("Range", ...this.#ranges),
      segments("Move the range", this.#earlier, this.#later, this.#wider),
      segments("Shown as", this.#chart, this.#table),
      this.#download,
      this.#custom.element,
    );
  }

  /** The parameters of the address for a range, shown as now. */
  asked(range) {
    const said = !range.name || range.name === "custom" ? written(range) : { range: range.name };
    return this.#show ? { ...said, show: this.#show } : said;
  }

  draw(range, show, now) {
    this.#show = show;
    const lead = (target, parameters, isCurrent) => {
      mark(target, "href", this.#context.address("past", parameters));
      mark(target, "aria-current", isCurrent && "true");
    };
    RANGES.forEach(({ name }, i) => lead(this.#ranges[i], this.asked({ name }), name === range.name));
    lead(this.#earlier, this.asked(shifted({ from: range.from, to: range.to }, -1, now)));
    lead(this.#later, this.asked(shifted({ from: range.from, to: range.to }, 1, now)));
    lead(this.#wider, this.asked(wider(range, now)));
    lead(this.#chart, { ...this.asked(range), show: "" }, show !== "table");
    lead(this.#table, { ...this.asked(range), show: "table" }, show === "table");
    mark(this.#download, "href", this.#context.file(seriesPath(range, stepOf(range), "csv")));
    mark(this.#download, "download", `series-${dateOf(range.from)}-to-${dateOf(range.to)}.csv`);
    this.#custom.write(range);
  }
}

function wider(range, now) {
  const { from, to } = zoomed(range, 2, (range.from + range.to) / 2);
  return { from, to: Math.min(to, Math.max(range.to, now)) };
}

function link(words, label = null) {
  return element("a", { class: "button", "aria-label": label }, words);
}

function segments(label, ...links) {
  return element("div", { class: "segments", role: "group", "aria-label": label }, ...links);
}

function customForm() {
  const from = element("input", { type: "datetime-local", name: "from", required: true });
  const to = element("input", { type: "datetime-local", name: "to", required: true });
  const wrong = element("p", { class: "wrong", role: "alert", hidden: true });
  const form = element(
    "form",
    { class: "row", id: "custom" },
    element("label", {}, "From ", from), element("label", {}, "to ", to), element("button", { type: "submit" }, "Show"), wrong,
  );
  return {
    form,
    element: element("details", { class: "custom" }, element("summary", {}, "Any range"), form),
    write(range) {
      [from.value, to.value] = [localText(range.from), localText(range.to)];
      say(wrong);
    },
    read() {
      const [begin, end] = [from.value, to.value].map((text) => new Date(text).getTime());
      say(wrong, wrongIn(begin, end));
      return wrong.hidden ? { from: begin, to: end } : null;
    },
  };
}

/** A moment as such an input holds it: the viewer's date and time of day. */
function localText(at) {
  const local = new Date(at);
  const two = (number) => String(number).padStart(2, "0");
  return `${dateOf(at)}T${two(local.getHours())}:${two(local.getMinutes())}`;
}
