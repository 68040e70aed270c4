// A year of days: how long a limit stood at 100 % on each. The size of a day's mark says it, so that no colour is needed; a day
// of which nothing is known is hatched, one without a hit is a point.

import { dateOf, daysOf, weeksOf, yearBefore } from "../../figures/days.js";
import { nameOf } from "../../figures/reading.js";
import { dayNamed, dayTold } from "../../figures/telling.js";
import { moment } from "../../figures/times.js";
import { drawn, element, hold, say } from "../../pieces/element.js";
import { beginOf } from "./record.js";

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const month = new Intl.DateTimeFormat("en-GB", { month: "short" });

/** The calendar: `ask()` gets it from the receiver and draws it. */
export class Calendar {
  #context;
  #pick = element("select", { id: "calendar-limit" });
  #grid = element("div", { class: "scroller" });
  #said = element("p", { class: "small", id: "calendar-day" });
  #sum = element("p", { class: "quiet small" });
  #answers = null;
  #days = new Map();

  constructor(context) {
    this.#context = context;
    const title = element("h2", { id: "calendar-title" }, "Days at 100 %");
    const pick = element("label", { class: "small screen" }, "of ", this.#pick);
    this.element = element(
      "section",
      { class: "card calendar", "aria-labelledby": "calendar-title", hidden: true },
      element("div", { class: "row" }, title, pick), this.#sum, this.#grid, this.#said, ...key(),
    );
    const listen = (target, name, handler) => target.addEventListener(name, handler, { signal: context.signal });
    listen(this.#pick, "change", () => this.#draw());
    for (const name of ["focusin", "pointerover"]) listen(this.#grid, name, ({ target }) => this.#tell(target.closest("a")));
    listen(this.#grid, "keydown", (event) => this.#key(event));
  }

  async ask() {
    const { api, now, zone } = this.#context;
    const range = yearBefore(now());
    const asked = new URLSearchParams({ from: new Date(range.from).toISOString(), tz: zone });
    const [hits, gaps] = await Promise.all([api(`hits?${asked}`), api(`gaps?${asked}`)]);
    this.#answers = { range, hits: hits.hits, gaps };
    const limits = [...new Set(hits.hits.map(({ limit }) => limit))];
    const chosen = this.#pick.value;
    hold(this.#pick, ["", ...limits].map((limit) => element("option", { value: limit }, limit ? nameOf(limit) : "any limit")));
    this.#pick.value = limits.includes(chosen) ? chosen : "";
    this.#draw();
  }

  #draw() {
    this.element.hidden = false;
    const { range, hits, gaps } = this.#answers;
    const limit = this.#pick.value;
    const newest = moment(gaps.newest?.time) ?? range.from;
    const days = daysOf(hits.filter((hit) => !limit || hit.limit === limit), gaps.days, range, { begin: beginOf(this.#context), end: newest });
    this.#days = new Map(days.map((day) => [day.date, day]));
    const weeks = weeksOf(days);
    hold(this.#grid, [element("table", { class: "days", role: "grid", "aria-labelledby": "calendar-title" }, head(weeks), body(weeks, this.#context))]);
    this.#grid.scrollLeft = this.#grid.scrollWidth;
    say(this.#sum, sumOf(days));
    say(this.#said, "Point at a day or move with the arrow keys; a day leads to its course.");
  }

  #tell(link) {
    if (!link) return;
    const day = this.#days.get(link.dataset.date);
    say(this.#said, `${dayNamed(day.at)}: ${dayTold(day)}.`);
  }

  #key(event) {
    const link = event.target.closest("a");
    const move = MOVES[event.key];
    if (!link || !move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [right, down] = move;
    const at = new Date(this.#days.get(link.dataset.date).at);
    at.setDate(at.getDate() + 7 * right + down);
    const next = this.#grid.querySelector(`a[data-date="${dateOf(at.getTime())}"]`);
    if (!next) return;
    link.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

function head(weeks) {
  const cells = weeks.map((week, place) => {
    const first = week.find((day) => day && new Date(day.at).getDate() <= 7 && day === week.find(Boolean));
    const isNew = first && place < weeks.length - 1;
    return element("th", { scope: "col" }, isNew ? element("span", {}, month.format(first.at)) : element("span", { class: "spoken" }, `week ${place + 1}`));
  });
  return element("thead", {}, element("tr", {}, element("td"), ...cells));
}

function body(weeks, { address }) {
  const last = weeks.at(-1).findLast(Boolean);
  const rows = WEEKDAYS.map((name, weekday) =>
    element("tr", {}, element("th", { scope: "row" }, name), ...weeks.map((week) => cell(week[weekday], address, week[weekday] === last))));
  return element("tbody", {}, ...rows);
}

function cell(day, address, isEntry) {
  if (!day) return element("td");
  const parameters = { from: new Date(day.at).toISOString(), to: new Date(day.end).toISOString() };
  const said = `${dayNamed(day.at)}: ${dayTold(day)}`;
  return element(
    "td",
    { "data-kind": day.kind, "data-level": day.level || null },
    element("a", { href: address("past", parameters), "data-date": day.date, tabindex: isEntry ? "0" : "-1", "aria-label": said }, picture(day)),
  );
}

const SIZES = [0, 4, 7, 10, 12];

/** A day's mark: a hatched square, an outline where only part is known, a point, or a square that grows with the time at 100 %. */
function picture({ kind, known, level }) {
  const parts = [];
  if (kind === "unknown") parts.push(drawn("path", { class: "hatch", d: "M1 13L13 1M1 7L7 1M7 13L13 7" }));
  else if (known < 0.99) parts.push(drawn("rect", { class: "outline", x: 0.5, y: 0.5, width: 13, height: 13 }));
  const size = SIZES[level];
  if (kind === "hit") parts.push(drawn("rect", { class: "block", x: 7 - size / 2, y: 7 - size / 2, width: size, height: size }));
  else if (kind !== "unknown") parts.push(drawn("circle", { class: "point", cx: 7, cy: 7, r: 1 }));
  return drawn("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, ...parts);
}

function key() {
  const one = (day, words) => element("li", {}, picture({ known: 1, level: 0, ...day }), words);
  return [element(
    "ul",
    { class: "key days-key", "aria-label": "What the days' marks mean" },
    one({ kind: "clear" }, "no hit"),
    ...["less than 30 min", "up to 2 h", "up to 5 h", "longer"].map((words, i) => one({ kind: "hit", level: i + 1 }, words)),
    one({ kind: "partly", known: 0.5 }, "part of it unknown"),
    one({ kind: "unknown", known: 0 }, "nothing recorded"),
  )];
}

function sumOf(days) {
  const count = (kind) => days.filter((day) => day.kind === kind).length;
  const hits = days.reduce((sum, day) => sum + day.hits, 0);
  return `The last year: ${hits} hits on ${count("hit")} days; ${count("clear")} days without, ${count("partly")} of which part is unknown, ${count("unknown")} not recorded.`;
}
