// A small card of the limits for another page's frame or a kiosk: asks every 15 seconds, and shows the last
// figures with their age when nobody answers. It has no controls, so there is nothing to be tricked into.

import { Problem } from "../asking/problem.js";
import { ask } from "../asking/receiver.js";
import { limitsOf } from "../figures/limits.js";
import { isStale, readAt } from "../figures/reading.js";
import { age, short, span } from "../figures/times.js";
import { bar } from "../pieces/bar.js";
import { uncoded } from "../pieces/coded.js";
import { element } from "../pieces/element.js";
import { wishOf } from "./wish.js";

const AGAIN = 15_000;
const PATIENCE = 8000;
const SECOND = 1000;
const SAME_CLOCK = 2 * SECOND;

const root = document.getElementById("widget");
const seen = { answer: null, problem: null, shift: 0 };

async function refresh() {
  const { key, account } = wishOf(location.hash);
  const path = `api/v1/accounts/${encodeURIComponent(account)}/snapshots?order=desc&limit=1`;
  try {
    const { body, date } = await ask(path, { patience: PATIENCE, headers: key === null ? {} : { "X-API-Key": key } });
    const shift = date === null ? 0 : date - Date.now();
    Object.assign(seen, { answer: body.snapshots[0] ?? null, problem: null, shift: Math.abs(shift) < SAME_CLOCK ? 0 : shift });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    seen.problem = error;
    if (error.status === 401 || error.status === 403) seen.answer = null;
  }
  draw();
}

function draw() {
  const { answer, problem, shift } = seen;
  const now = Date.now() + shift;
  const views = answer ? limitsOf(answer, now) : [];
  const lines = wanted(views).map((view) => line(view, now, isStale(answer, now) || problem));
  const made = element("div", { class: "lines" }, ...lines, answer && strange(views), foot(answer, problem, now));
  if (made.outerHTML !== root.firstElementChild?.outerHTML) root.replaceChildren(made);
}

function wanted(views) {
  const { limits } = wishOf(location.hash);
  return limits.length === 0 ? views : views.filter(({ id }) => limits.includes(id));
}

/** A wish that none of the limits fulfils: a typing error, or a limit that is not on the page any more. */
function strange(views) {
  const ids = views.map(({ id }) => id);
  const others = wishOf(location.hash).limits.filter((limit) => !ids.includes(limit));
  if (others.length === 0) return null;
  const names = others.map((limit) => `“${limit}”`).join(", ");
  return element("p", { class: "strange small" }, `No limit here is ${names}: there is ${ids.join(", ")}.`);
}

function line(view, now, isAged) {
  const reset = view.resetsAt > now ? `resets in ${span(view.resetsAt - now)}` : "";
  return element(
    "section",
    { "data-limit": view.id, "data-state": view.state, "data-alarm": view.alarm ?? "" },
    element("h2", {}, view.name),
    element("p", { class: "number" }, [view.number, view.unit].filter(Boolean).join(" ")),
    bar(view, isAged),
    reset && element("p", { class: "quiet small" }, reset),
  );
}

function foot(answer, problem, now) {
  const read = answer ? `Read ${age(now - readAt(answer))} ago` : "Nothing is recorded yet";
  if (problem) {
    const needsKey = problem.status === 401 && wishOf(location.hash).key === null;
    const why = needsKey ? "This card needs a key that may read, behind #key= in its address." : uncoded(problem.message);
    return element("p", { class: "foot small", "data-kind": "failure" }, element("strong", {}, "Not live. "), answer ? `${read}. ${why}` : why);
  }
  const isOld = answer && isStale(answer, now);
  return element("p", { class: "foot small", "data-kind": isOld ? "stale" : "plain" }, isOld ? `${read}, at ${short(readAt(answer), now)}: stale` : read);
}

addEventListener("hashchange", refresh);
addEventListener("online", refresh);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(refresh, AGAIN);
setInterval(() => (seen.answer || seen.problem) && draw(), SECOND);
await refresh();
