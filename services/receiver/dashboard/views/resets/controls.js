// Which resets and hits are listed: of which range and limit, and of which kinds; and the same as a report or a file.

import { RANGES, written } from "../../figures/range.js";
import { nameOf } from "../../figures/reading.js";
import { element, hold, mark } from "../../pieces/element.js";

const KINDS = [["", "all resets"], ["odd", "not as announced"], ["all", "with openings"]];
const OFFERED = RANGES.filter(({ name }) => name !== "6h");

/** The row of controls: `draw(asked)`, and `offer(limits)` what can be chosen. */
export class Controls {
  #context;
  #ranges = OFFERED.map(({ name, words }) => element("a", { class: "button", "aria-label": words }, name.replace(/(\d+)/, "$1 ")));
  #limit = element("select", { id: "resets-limit" });
  #kind = element("select", { id: "resets-kind" }, ...KINDS.map(([value, words]) => element("option", { value }, words)));
  #report = element("a", { class: "button", target: "_blank", rel: "noopener" }, "Printable report");
  #files = ["resets", "hits"].map((name) => element("a", { class: "button" }, `${name === "hits" ? "Hits" : "Resets"} CSV`));
  #asked = null;

  constructor(context) {
    this.#context = context;
    for (const pick of [this.#limit, this.#kind]) pick.addEventListener("change", () => context.go(this.#parameters()), { signal: context.signal });
    this.element = element(
      "div",
      { class: "row screen" },
      element("div", { class: "segments", role: "group", "aria-label": "Range" }, ...this.#ranges),
      element("label", { class: "small" }, "Limit ", this.#limit),
      element("label", { class: "small" }, "Show ", this.#kind),
      this.#report,
      ...this.#files,
    );
  }

  #parameters(range = this.#asked.range) {
    const said = range.name === "custom" ? written(range) : { range: range.name };
    return { ...said, limit: this.#limit.value, kind: this.#kind.value };
  }

  draw(asked) {
    this.#asked = asked;
    this.offer(asked.limit ? [asked.limit] : []);
    this.#kind.value = KINDS.some(([value]) => value === asked.kind) ? asked.kind : "";
    OFFERED.forEach(({ name }, i) => {
      mark(this.#ranges[i], "href", this.#context.address("resets", this.#parameters({ name })));
      mark(this.#ranges[i], "aria-current", name === asked.range.name && "true");
    });
    const query = new URLSearchParams({ ...written(asked.range), tz: this.#context.zone });
    if (asked.limit) query.append("limit", asked.limit);
    mark(this.#report, "href", this.#context.file(`resets?${query}&format=html`));
    query.delete("tz");
    ["resets", "hits"].forEach((name, i) => {
      mark(this.#files[i], "href", this.#context.file(`${name}?${query}&format=csv`));
      mark(this.#files[i], "download", `${name}.csv`);
    });
  }

  /** Offer these limits beside those that were offered before. */
  offer(limits) {
    const known = new Set([...this.#limit.options].map(({ value }) => value).concat("", limits));
    if (known.size !== this.#limit.options.length) {
      hold(this.#limit, [...known].map((limit) => element("option", { value: limit }, limit ? nameOf(limit) : "all")));
    }
    this.#limit.value = this.#asked.limit;
  }
}
