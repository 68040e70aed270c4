// Resets and hits of a range with their evidence, and the way to the printable report.

import { rangeOf, written } from "../figures/range.js";
import { nameOf } from "../figures/reading.js";
import { TURNS } from "../figures/telling.js";
import { age, moment } from "../figures/times.js";
import { element, hold, mark, say } from "../pieces/element.js";
import { failure, notice } from "../pieces/notice.js";
import { Controls } from "./resets/controls.js";
import { hitList, turnList } from "./resets/lists.js";

const USUAL = "30d";
const ODD = ["early", "late", "moved", "counter_fell", "unannounced"];

export async function show(root, context) {
  const controls = new Controls(context);
  const about = element("p", { class: "quiet small" });
  const notices = element("div", { class: "notices" });
  const turns = section("Resets", "turns-title");
  const hits = section("Hits", "hits-title");
  root.append(controls.element, notices, turns.element, hits.element);
  let turn = 0;

  async function ask(parameters) {
    const asked = askedOf(parameters, context.now());
    const mine = (turn += 1);
    controls.draw(asked);
    try {
      const query = queryOf(asked);
      const [resets, told] = await Promise.all([context.api(`resets?${query}`), context.api(`hits?${query}`)]);
      if (mine === turn) draw(resets, told, asked);
    } catch (error) {
      if (mine === turn && !context.signal.aborted) hold(notices, [failure(error)]);
    }
  }

  function draw(resets, told, { kind, range }) {
    const wanted = resets.resets.filter((one) => matches(one, kind)).reverse();
    hold(notices, [...noticesOf(resets, range)]);
    say(about, aboutOf(resets, context.now()));
    turns.draw(countsTold(resets.resets), about, turnList(context, wanted));
    hits.draw(hitsTold(told.hits), hitList(context, told.hits.toReversed()));
    controls.offer([...new Set([...resets.resets, ...told.hits].map(({ limit }) => limit))]);
    mark(root, "data-shown", `${resets.from}/${resets.to}`);
  }

  let { parameters } = context;
  const isRead = () => root.querySelector("details[open]") !== null;
  context.live.on("news", () => isRead() || ask(parameters));
  await ask(parameters);
  return {
    changed(others) {
      parameters = others;
      ask(others);
    },
  };
}

/** What the address asks for: a range, one limit or all (""), and all kinds, those that were not as announced, or openings, too. */
function askedOf(parameters, now) {
  const said = new URLSearchParams(parameters);
  if (!["range", "from", "to"].some((name) => said.has(name))) said.set("range", USUAL);
  return { range: rangeOf(said, now), limit: said.get("limit") ?? "", kind: said.get("kind") ?? "" };
}

function queryOf({ range, limit }) {
  const query = new URLSearchParams(written(range));
  if (limit) query.append("limit", limit);
  return query;
}

function matches({ kind }, wanted) {
  if (wanted === "odd") return ODD.includes(kind);
  return wanted === "all" || kind !== "opened";
}

function section(words, id) {
  const sum = element("p", { class: "sum" });
  const body = element("div");
  return {
    element: element("section", { class: "card", "aria-labelledby": id }, element("h2", { id }, words), sum, body),
    draw(said, ...children) {
      say(sum, said);
      hold(body, children);
    },
  };
}

function countsTold(turns) {
  const counts = Object.entries(TURNS).map(([kind, { word }]) => [turns.filter((one) => one.kind === kind).length, word.toLowerCase()]);
  const told = counts.filter(([number, word]) => number > 0 && word !== "opened").map(([number, word]) => `${number} ${word}`);
  return told.length > 0 ? `${told.join(", ")}.` : "";
}

function hitsTold(hits) {
  const limits = [...new Set(hits.map(({ limit }) => limit))];
  const told = limits.map((limit) => `${nameOf(limit)} ${hits.filter((one) => one.limit === limit).length}`);
  return told.length > 0 ? `${told.join(", ")}.` : "";
}

function aboutOf({ newest }, now) {
  return newest === null ? "Nothing is recorded of this account yet." : `Read ${age(now - moment(newest.time))} ago: what happened since is not in here.`;
}

function noticesOf({ isWhole, newest }, { wrong }) {
  return [
    wrong && notice("failure", "This is not that range.", `${wrong} Here are the last 7 days.`),
    !isWhole && notice("partial", "Not all.", "There were more than one answer holds: these are the newest."),
    newest?.isStale && notice("stale", "Stale reading.", "What happened since the newest reading is unknown."),
  ].filter(Boolean);
}
