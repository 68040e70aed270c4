// The course of each limit over a range: a chart or a table, and a year of days at 100 %.

import { rangeOf } from "../figures/range.js";
import { stretchTold } from "../figures/telling.js";
import { MINUTE, age, span } from "../figures/times.js";
import { element, hold, mark, say } from "../pieces/element.js";
import { failure, notice, waiting } from "../pieces/notice.js";
import { Calendar } from "./past/calendar.js";
import { Chart } from "./past/chart.js";
import { Controls } from "./past/controls.js";
import { legend } from "./past/legend.js";
import { listing } from "./past/listing.js";
import { beginOf, recordOf } from "./past/record.js";

const CALM = MINUTE;

export async function show(root, context) {
  const past = new Past(context);
  root.append(...past.elements);
  context.live.on("figures", () => past.follow());
  await past.ask(context.parameters);
  past.askCalendar();
  return { changed: (parameters) => past.ask(parameters) };
}

/** What is on the page of one account's past, from one address to the next. */
class Past {
  #context;
  #controls;
  #chart;
  #calendar;
  #title = element("h2", { id: "range" });
  #about = element("p", { class: "quiet small", id: "about" });
  #notices = element("div", { class: "notices" }, waiting());
  #body = element("div", { class: "body" });
  #key = element("div", { class: "legend" });
  #asked = null;
  #turn = 0;

  constructor(context) {
    this.#context = context;
    this.#controls = new Controls(context);
    this.#chart = new Chart({ zoom: (range) => context.go(this.#controls.asked(range)), signal: context.signal });
    this.#calendar = new Calendar(context);
    const figure = element("section", { class: "card past", "aria-labelledby": "range" }, this.#title, this.#about, this.#notices, this.#body, this.#key);
    this.elements = [this.#controls.element, figure, this.#calendar.element];
  }

  /** Show what an address asks for; of answers that overtake each other the last question's counts. */
  async ask(parameters) {
    const now = this.#context.now();
    const range = rangeOf(parameters, now, beginOf(this.#context));
    const show = parameters.get("show") === "table" ? "table" : "";
    this.#asked = { range, show, parameters, at: now };
    this.#controls.draw(range, show, now);
    const turn = (this.#turn += 1);
    mark(this.#body, "aria-busy", "true");
    try {
      const record = await recordOf(this.#context, range);
      if (turn === this.#turn) this.#draw(record, show, range.wrong);
    } catch (error) {
      if (this.#context.signal.aborted) return;
      if (turn === this.#turn) hold(this.#notices, [failure(error)]);
    } finally {
      if (turn === this.#turn) mark(this.#body, "aria-busy", null);
    }
  }

  /** A range that ends now goes on with it. */
  follow() {
    if (this.#asked.range.name !== "custom" && this.#context.now() - this.#asked.at >= CALM) this.ask(this.#asked.parameters);
  }

  async askCalendar() {
    try {
      await this.#calendar.ask();
    } catch (error) {
      if (!this.#context.signal.aborted) this.#calendar.element.replaceWith(failure(error, "The year of days could not be shown."));
    }
  }

  #draw(record, show, wrong) {
    const { range, step } = record;
    say(this.#title, stretchTold(range.from, range.to));
    say(this.#about, aboutOf(record));
    hold(this.#notices, noticesOf(record, wrong));
    const hasFigures = record.courses.some(({ columns, gaps }) => columns.length > 0 || gaps.length > 0);
    hold(this.#body, hasFigures ? [show === "table" ? listing(record) : this.#chart.element] : []);
    if (hasFigures && show !== "table") this.#chart.draw(record);
    hold(this.#key, hasFigures && show !== "table" ? legend(record, this.#chart.left) : []);
    mark(this.#body, "data-range", `${range.from}/${range.to}`);
    mark(this.#body, "data-step", step === null ? "readings" : String(step / 1000));
  }
}

function aboutOf({ range, step, newest, now }) {
  const how = step === null ? "every reading" : `in steps of ${span(step)}`;
  if (newest === null) return "Nothing is recorded of this account yet.";
  return range.to < now - MINUTE ? `${span(range.to - range.from)}, ${how}.` : `${span(range.to - range.from)}, ${how}. Read ${age(now - newest)} ago.`;
}

function noticesOf({ range, begin, newest, now, isStale }, wrong) {
  const reachesNow = range.to >= now - MINUTE;
  return [
    wrong && notice("failure", "This is not that range.", `${wrong} Here are the last 7 days.`),
    begin !== null && range.from < begin && notice("plain", "The record begins later:", `nothing was recorded before ${stretchTold(begin, begin)}.`),
    reachesNow && isStale && newest !== null && notice("stale", "Stale reading.", `Nothing was read for ${age(now - newest)}: what happened since is unknown.`),
  ].filter(Boolean);
}
