// What proves a turn or a hit: the readings before and after it, each with the version that holds it.

import { causesTold, dated, percentage, stretchTold } from "../../figures/telling.js";
import { element } from "../../pieces/element.js";
import { momentElement } from "../../pieces/moment.js";

/** The evidence, closed until somebody asks: `readings` are `[what, witness]`, `gaps` those in which the moment may be hidden. */
export function evidence(context, readings, gaps = [], says = "") {
  return element(
    "details",
    { class: "evidence" },
    element("summary", {}, "Evidence"),
    says && element("p", {}, says),
    element("dl", {}, ...readings.flatMap(([what, witness]) => [element("dt", {}, what), element("dd", {}, ...told(context, witness))])),
    ...gaps.map((gap) => element("p", {}, gapTold(gap))),
  );
}

function told(context, { version, time, percentage: value, resetsAt, state }) {
  const at = Date.parse(time);
  const announced = resetsAt === null ? "no reset announced" : ["reset announced for ", momentElement(Date.parse(resetsAt), context.now(), dated(Date.parse(resetsAt)))];
  const address = context.file(`snapshots/${encodeURIComponent(version)}`);
  return [
    `${percentage(value)}${state === "idle" || state === "unused" ? ` (${state})` : ""} at `,
    momentElement(at, context.now(), dated(at)), ", ", announced, ", version ", element("a", { href: address }, version),
  ].flat();
}

function gapTold(gap) {
  const from = Date.parse(gap.start);
  const end = gap.end === null ? from : Date.parse(gap.end);
  return `It may lie in the gap ${stretchTold(from, end)}${gap.end === null ? ", which lasts" : ""}: ${causesTold(gap)}.`;
}
