// What deserves attention (pure): one line each, in words that stay the same while the matter does, so that a
// screen reader says it once.

import { collectorTrouble } from "../../figures/collector.js";
import { otherErrors } from "../../figures/reading.js";
import { DAY, moment, short } from "../../figures/times.js";

const LOGIN_AHEAD = 3 * DAY;

/** The lines `{kind, lead, text}` for an answer with its views and the newest report, or null for each. */
export function alertsOf(answer, views, report, now) {
  const alarmed = (alarm) => views.filter((view) => view.alarm === alarm);
  return [
    collectorTrouble(answer, report, now),
    loginEnding(answer, now),
    joined("reached", "Limit reached:", alarmed("reached").map(reached)),
    joined("approaching", "Approaching limit:", alarmed("approaching").map((view) => `${view.name} at ${view.number} %`)),
    answer?.isPartial ? partial(answer) : null,
  ].filter(Boolean);
}

/** The login with which the scraper reads ends every four weeks: told some days ahead. */
function loginEnding(answer, now) {
  const ends = moment(answer?.loginEndsAt);
  if (ends === null || ends - now > LOGIN_AHEAD) return null;
  const when = ends > now ? `is expected to end ${short(ends, now)}` : `was expected to end ${short(ends, now)}`;
  return { kind: "approaching", lead: "The scraper's login", text: `${when}. Log in anew before that: make login ANEW=1.` };
}

function joined(kind, lead, parts) {
  return parts.length > 0 ? { kind, lead, text: `${parts.join("; ")}.` } : null;
}

function reached(view) {
  return view.resetsAt === undefined ? view.name : `${view.name}, until ${view.when}`;
}

function partial(answer) {
  const text = ["Not everything could be read.", ...otherErrors(answer)].join(" ");
  return { kind: "partial", lead: "Partial reading.", text };
}
