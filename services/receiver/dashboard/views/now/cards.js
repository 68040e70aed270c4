// A card for each limit: name, figure, a tide staff with the level and how much of the time has passed, reset.

import { idTold } from "../../figures/reading.js";
import { element, hold, mark, say } from "../../pieces/element.js";
import { showMoment } from "../../pieces/moment.js";

const WORDS = ["name", "span", "number", "unit", "says", "left", "time", "pace", "aged"];

/** Cards that follow what is known; `aged` is said on each when the figures are not fresh. */
export class Cards {
  #cards = new Map();
  element = element("div", { id: "limits", class: "cards" });

  /** Draw a card a view; `trailOf(id)` is `{drawing, words}` of its last days, or null. */
  draw(views, aged, trailOf) {
    for (const view of views) {
      if (!this.#cards.has(view.id)) this.#cards.set(view.id, card());
      drawCard(this.#cards.get(view.id), { ...view, aged });
      drawTrail(this.#cards.get(view.id), trailOf(view.id));
    }
    hold(this.element, views.map((view) => this.#cards.get(view.id)));
  }
}

function card() {
  const part = (name, tag = "p", className = name) => element(tag, { "data-part": name, class: className, hidden: true });
  return element(
    "article",
    { class: "card limit" },
    element("div", { class: "staff" }, scale(), element("div", { class: "board", "aria-hidden": "true", "data-part": "board" }), part("tube", "div", "tube")),
    element(
      "div",
      { class: "facts" },
      element("div", { class: "head" }, part("name", "h2"), " ", part("span")),
      element("p", { class: "figure" }, part("number", "span"), part("unit", "span")),
      part("says"),
      element("p", { "data-part": "reset", hidden: true }, part("lead", "span"), " ", part("when", "time")),
      part("left"),
      part("time"),
      part("pace"),
      part("aged"),
    ),
    part("trail", "figure"),
  );
}

function scale() {
  return element("div", { class: "scale", "aria-hidden": "true" }, ...["100", "50", "0"].map((mark) => element("span", {}, mark)));
}

function drawCard(made, view) {
  const part = (name) => made.querySelector(`[data-part="${name}"]`);
  mark(made, "data-limit", view.id);
  mark(made, "data-state", view.state);
  mark(made, "data-alarm", view.alarm ?? "");
  mark(made, "data-aged", view.aged !== "");
  for (const name of WORDS) say(part(name), view[name]);
  mark(part("name"), "title", idTold(view.id));
  const isDated = view.resetsAt !== undefined;
  part("reset").hidden = !isDated;
  say(part("lead"), isDated ? view.lead : "");
  if (isDated) showMoment(part("when"), view.resetsAt, view.when);
  else say(part("when"));
  made.style.setProperty("--passed", String(view.passed ?? 0));
  mark(made, "data-timed", view.passed !== undefined);
  drawTube(part("tube"), view);
}

function drawTrail(made, trail) {
  const place = made.querySelector('[data-part="trail"]');
  place.hidden = !trail;
  if (trail && place.firstElementChild !== trail.drawing) place.replaceChildren(trail.drawing, element("figcaption", {}, trail.words));
}

function drawTube(tube, view) {
  tube.hidden = false;
  tube.style.setProperty("--level", String(Math.min(100, view.level ?? view.was ?? 0)));
  const measured = view.level !== undefined;
  mark(tube, "role", measured ? "meter" : "img");
  mark(tube, "aria-label", measured ? view.name : `${view.name}: level unknown`);
  mark(tube, "aria-valuemin", measured && "0");
  mark(tube, "aria-valuemax", measured && "100");
  mark(tube, "aria-valuenow", measured && String(Math.min(100, view.level)));
  mark(tube, "aria-valuetext", measured && [view.number, view.unit].filter(Boolean).join(" "));
}
