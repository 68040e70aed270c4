// What deserves attention (pure): one line each, in words that stay the same while the matter does, so that a
// screen reader says it once.

import { isStale, otherErrors, readAt } from "./reading.js";
import { short } from "./times.js";

/** The lines `{kind, lead, text}` for an answer with its views and for a failure `{since, why}`, or null each. */
export function alertsOf(answer, views, failure, now) {
  return [
    ...(failure ? [notLive(failure, now)] : []),
    ...(answer && isStale(answer, now) ? [stale(answer, now)] : []),
    ...views.filter((view) => view.alarm === "reached").map(reached),
    ...views.filter((view) => view.alarm === "approaching").map(approaching),
    ...(answer?.isPartial ? [partial(answer)] : []),
  ];
}

function notLive({ since, why }, now) {
  const text = `since ${short(since, now)}: ${why}. The last figures stay; trying again every few seconds.`;
  return { kind: "failure", lead: "Not live", text };
}

function stale(answer, now) {
  const text = `Nothing newer than ${short(readAt(answer), now)} has arrived. Check that the scraper runs.`;
  return { kind: "stale", lead: "Stale reading.", text };
}

function reached(view) {
  const until = view.resetsAt === undefined ? "" : `, until ${view.when}`;
  return { kind: "reached", lead: "Limit reached:", text: `${view.name}${until}.` };
}

function approaching(view) {
  return { kind: "approaching", lead: "Approaching limit:", text: `${view.name} at ${view.number} %.` };
}

function partial(answer) {
  const text = ["Not everything could be read.", ...otherErrors(answer)].join(" ");
  return { kind: "partial", lead: "Partial reading.", text };
}
