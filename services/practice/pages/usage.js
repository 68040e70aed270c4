// The usage page's own script: fetches the figures, fills a copy of the layout's template with them a moment
// later, keeps "Last updated" true, and lets the Refresh button fetch again.
//
// A template says {session.percent}, {weekly.reset} and so on where a figure belongs; an element with
// data-row goes when there is nothing for it. Neither is left on the page that is shown.

import { readings } from "./readings.js";
import { translated } from "./translate.js";
import { agoWords, money, monthReset, resetWords } from "./words.js";

const RENDERING = 150;
const TICK = 5_000;
const NAMES = { session: "session", weekly: "weekly", sonnet: "Sonnet", fable: "Fable" };

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function take(id) {
  const element = document.getElementById(id);
  element.remove();
  return element;
}

const boot = JSON.parse(take("boot").textContent);
const template = take("usage-template");
const place = document.getElementById("usage");
const style = template.dataset;
document.documentElement.lang = boot.language;
let updated = null;

async function json(url) {
  const response = await fetch(url, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return { body: await response.json(), age: Number(response.headers.get("age") ?? 0) };
}

async function fetched() {
  const [usage, spendLimit] = await Promise.all([json(boot.usageUrl), boot.spendUrl ? json(boot.spendUrl) : null]);
  return { usage: usage.body, spendLimit: spendLimit?.body, ageSeconds: usage.age };
}

async function embedded() {
  await sleep(boot.delaySeconds * 1000);
  return boot.figures;
}

function resetOf(row, reading, measured) {
  const ready = style[`${row}Reset`] ?? style.weeklyReset;
  if (reading.resetsAt) return resetWords(ready, measured, reading.resetsAt, style.space);
  if (row === "session" || row === "weekly") return "Starts when a message is sent";
  return `You haven${style.apostrophe ?? "'"}t used ${NAMES[row]} yet`;
}

function rowView(row, reading, measured) {
  const reset = resetOf(row, reading, measured);
  return {
    percent: reading.percent,
    width: Math.min(100, reading.percent).toFixed(2),
    other: Math.round(reading.percent + 37) % 100,
    reset,
    scope: reading.resetsAt ? `Separate weekly limit for ${NAMES[row]} · ${reset}` : reset,
    prose:
      reading.percent <= 10
        ? `Fresh week. ${reading.percent}% of your weekly limit used.`
        : `${reading.percent}% of your weekly limit used so far.`,
  };
}

function creditsView({ percent, used, limit, currency }, measured) {
  const limited = typeof limit === "number" && typeof percent === "number";
  return {
    spent: money(used, currency),
    reset: monthReset(measured),
    limited: limited ? { percent, width: Math.min(100, percent).toFixed(2), limit: money(limit, currency) } : null,
  };
}

function viewOf(figures, measured) {
  const { credits, ...rows } = readings(figures);
  const view = { updated: agoWords(measured, new Date(), style.freshly) };
  for (const [row, reading] of Object.entries(rows)) view[row] = rowView(row, reading, measured);
  if (credits) view.credits = creditsView(credits, measured);
  return view;
}

const lookUp = (view, path) => path.split(".").reduce((value, key) => value?.[key], view);
const filled = (text, view) => text.replace(/\{([a-z.]+)\}/g, (_whole, path) => lookUp(view, path) ?? "");

function fill(view) {
  const copy = template.content.cloneNode(true);
  for (const element of copy.querySelectorAll("[data-row]")) {
    if (lookUp(view, element.dataset.row) == null) element.remove();
    else element.removeAttribute("data-row");
  }
  updated = copy.querySelector("[data-updated]");
  updated?.removeAttribute("data-updated");
  const nodes = document.createNodeIterator(copy, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) node.data = translated(filled(node.data, view), boot.language);
    else for (const attribute of node.attributes) {
      attribute.value = filled(attribute.value, view);
      if (attribute.name === "aria-label") attribute.value = translated(attribute.value, boot.language);
    }
  }
  return copy;
}

function keepUpdated(measured) {
  const shown = updated;
  const timer = setInterval(() => {
    if (shown !== updated || !shown) clearInterval(timer);
    else shown.textContent = translated(agoWords(measured, new Date(), style.freshly), boot.language);
  }, TICK);
}

function listen() {
  const button = place.querySelector("[data-refresh]");
  button?.removeAttribute("data-refresh");
  button?.addEventListener("click", async () => {
    button.disabled = true;
    await fetch(boot.refreshUrl, { method: "POST" });
    if (boot.figures) location.reload();
    else await load();
  });
}

async function load() {
  try {
    const figures = await (boot.figures ? embedded() : fetched());
    await sleep(RENDERING);
    const measured = new Date(Date.now() - figures.ageSeconds * 1000);
    place.replaceChildren(fill(viewOf(figures, measured)));
    listen();
    keepUpdated(measured);
  } catch (error) {
    console.warn(error);
    place.replaceChildren(Object.assign(document.createElement("p"), { className: "failed" }));
    place.firstChild.textContent = "Something went wrong while loading your usage. Try again later.";
  }
}

// From June 2026 the page is a dialog that opens by the part of the address after #.
function start() {
  if (!boot.dialog || location.hash === "#settings/usage") load();
  else place.replaceChildren();
}

addEventListener("hashchange", start);
start();
