// Resets and hits as lists, newest first: when they were, as far as two readings tell, and what proves it.

import { idTold, nameOf } from "../../figures/reading.js";
import { ENDINGS, TURNS, instantTold, lengthTold, offTold } from "../../figures/telling.js";
import { MINUTE, moment } from "../../figures/times.js";
import { element } from "../../pieces/element.js";
import { turnPicture } from "../past/shapes.js";
import { evidence } from "./evidence.js";

const PAGE = 25;
const MARGIN = 90 * MINUTE;

/** The list of resets and other turns. */
export function turnList(context, turns) {
  return listed("turns", ["When", "Limit", "What", "Early or late", "Evidence"], turns, (turn) => turnRow(context, turn), "No reset in this range.");
}

/** The list of hits. */
export function hitList(context, hits) {
  return listed("hits", ["Reached", "Limit", "Left", "At 100 %", "Evidence"], hits, (hit) => hitRow(context, hit), "No hit in this range.");
}

/** A table of which the first rows are there, and the others when they are asked for. */
function listed(id, names, rows, rowOf, none) {
  if (rows.length === 0) return element("p", { class: "quiet", id }, none);
  const body = element("tbody", { role: "rowgroup" });
  const more = element("button", { type: "button", class: "screen" });
  const draw = () => {
    const next = rows.slice(body.childElementCount, body.childElementCount + PAGE);
    body.append(...next.map(rowOf));
    const left = rows.length - body.childElementCount;
    more.textContent = `Show ${Math.min(PAGE, left)} more of ${left}`;
    more.hidden = left === 0;
  };
  more.addEventListener("click", draw);
  draw();
  const head = element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...names.map((name) => element("th", { role: "columnheader", scope: "col" }, name))));
  return element("div", { class: "listed" }, element("table", { id, class: "stacked", role: "table" }, head, body), more);
}

function cell(name, ...children) {
  return element("td", { role: "cell", "data-name": name }, ...children);
}

function turnRow(context, turn) {
  const { word, says } = TURNS[turn.kind];
  return element(
    "tr",
    { role: "row", "data-kind": turn.kind, "data-limit": turn.limit },
    cell("When", whenLink(context, turn.at)),
    cell("Limit", limitNamed(turn.limit)),
    cell("What", element("span", { class: "what" }, turnPicture(turn.kind), element("strong", {}, word)), turn.doubtful && doubt()),
    cell("Early or late", announcedTold(turn)),
    cell("Evidence", evidence(context, [["Before", turn.before], ["After", turn.after]], turn.gaps, says)),
  );
}

function announcedTold({ off, announced }) {
  if (announced === null) return "nothing was announced";
  return off === null ? "" : offTold(off);
}

function hitRow(context, hit) {
  const { atLeast, atMost } = hit.blockedMinutes;
  const minutes = (value) => (value === null ? null : value * MINUTE);
  const isLast = hit.first.version === hit.last.version;
  const readings = isLast ? [["The only reading", hit.first]] : [["First reading", hit.first], ["Last reading", hit.last]];
  return element(
    "tr",
    { role: "row", "data-limit": hit.limit, "data-status": hit.status },
    cell("Reached", whenLink(context, hit.reached), hit.doubtful && doubt()),
    cell("Limit", limitNamed(hit.limit)),
    cell("Left", leftTold(context, hit)),
    cell("At 100 %", lengthTold(minutes(atLeast), minutes(atMost))),
    cell("Evidence", evidence(context, readings, [], lapsesTold(hit, context.now()))),
  );
}

function leftTold(context, { left, how, status }) {
  if (left === null) return "lasts";
  const ending = how === null ? "" : `, ${ENDINGS[how]}`;
  return `${instantTold(left, context.now())}${status === "unknown" ? "; nothing was read since" : ending}`;
}

function lapsesTold({ lapses = [] }, now) {
  if (lapses.length === 0) return "";
  const times = lapses.map((lapse) => instantTold(lapse, now)).join(", ");
  return `It may have been several: nobody looked ${times}, and it may have ended there and another begun.`;
}

function doubt() {
  return element("span", { class: "doubt" }, "doubtful: it rests on one reading alone");
}

function limitNamed(id) {
  return element("span", { title: idTold(id) }, nameOf(id));
}

/** When something was, as a link to the course around it. */
function whenLink(context, instant) {
  const [earliest, latest] = [moment(instant.earliest) ?? moment(instant.latest), moment(instant.latest) ?? moment(instant.earliest)];
  const words = instantTold(instant, context.now());
  if (earliest === null) return words;
  const around = { from: new Date(earliest - MARGIN).toISOString(), to: new Date(latest + MARGIN).toISOString() };
  return element("a", { href: context.address("past", around) }, words);
}
