// Puts views onto the page. Whatever came from the receiver becomes text, never markup; only what changed is
// touched, so that selections, focus and screen readers are left in peace.

import { long } from "./times.js";

const cards = new Map();

/** Set an element's text, and hide it when there is none. */
export function setText(element, text = "") {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = text === "";
}

/** Show a moment in a `time` element: `words` to read, the exact time on hover and for programs. */
export function setTime(element, at, words) {
  setText(element, words);
  element.dateTime = new Date(at).toISOString();
  element.title = long(at);
}

/** Show one card a view, in order; `aged` is said on each when the figures are not fresh. */
export function drawLimits(container, views, aged) {
  for (const view of views) {
    if (!cards.has(view.id)) cards.set(view.id, clone("limit"));
    drawLimit(cards.get(view.id), view, aged);
  }
  keep(container, views.map((view) => cards.get(view.id)));
}

/** Show a line an alert `{kind, lead, text}`; one that stays the same stays the same element. */
export function drawAlerts(list, alerts) {
  const standing = new Map([...list.children].map((item) => [item.textContent, item]));
  keep(list, alerts.map((alert) => standing.get(`${alert.lead} ${alert.text}`) ?? newAlert(alert)));
}

function newAlert({ kind, lead, text }) {
  const item = clone("alert");
  item.dataset.kind = kind;
  item.querySelector("strong").textContent = lead;
  item.querySelector("span").textContent = text;
  return item;
}

function drawLimit(card, view, aged) {
  const part = (name) => card.querySelector(`[data-part="${name}"]`);
  card.dataset.limit = view.id;
  card.dataset.state = view.state;
  card.dataset.alarm = view.alarm ?? "";
  card.toggleAttribute("data-aged", Boolean(aged));
  for (const name of ["name", "span", "number", "unit", "says", "left"]) setText(part(name), view[name]);
  setText(part("aged"), aged);
  part("reset").hidden = view.resetsAt === undefined;
  if (view.resetsAt !== undefined) {
    setText(part("lead"), view.lead);
    setTime(part("when"), view.resetsAt, view.when);
  }
  drawTube(part("tube"), view);
}

function drawTube(tube, view) {
  tube.style.setProperty("--level", String(Math.min(100, view.level ?? view.was ?? 0)));
  const measured = view.level !== undefined;
  const attributes = {
    role: measured ? "meter" : "img",
    "aria-label": measured ? view.name : `${view.name}: level unknown`,
    "aria-valuemin": measured ? "0" : null,
    "aria-valuemax": measured ? "100" : null,
    "aria-valuenow": measured ? String(Math.min(100, view.level)) : null,
    "aria-valuetext": measured ? [view.number, view.unit].filter(Boolean).join(" ") : null,
  };
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null) tube.removeAttribute(name);
    else if (tube.getAttribute(name) !== value) tube.setAttribute(name, value);
  }
}

function clone(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

function keep(parent, children) {
  const standing = [...parent.children];
  const same = standing.length === children.length && children.every((child, i) => child === standing[i]);
  if (!same) parent.replaceChildren(...children);
}
