// What the newest reading and the newest report of a failed scrape say about who collects (pure).

import { MINUTE, moment, short } from "./times.js";
import { isStale, readAt } from "./reading.js";

const SILENT_AFTER = 30 * MINUTE;

/** What a report's state means, in a sentence. */
export function leadOf(state) {
  return LEADS[state] ?? `The scraper reports: ${state.replaceAll("_", " ")}.`;
}

const LEADS = {
  login_required: "Claude asks for a login.",
  challenge: "Claude's site asks for a verification.",
  region_blocked: "Claude is not available there.",
  layout_changed: "The usage page has changed.",
  stale_page: "The usage page shows old figures.",
  profile_locked: "The scraper's browser profile is in use.",
  browser_failed: "The scraper's browser did not work.",
  network: "The usage page could not be loaded.",
  sending_refused: "The receiver refused the scraper's key.",
};

/**
 * What is the matter with the collector, as an alert's `{kind, lead, text}`; null when it reads as usual. A report
 * counts when it is newer than the reading; `report` is as the receiver lists it, or null.
 */
export function collectorTrouble(answer, report, now) {
  if (report && (!answer || moment(report.at) > readAt(answer))) return failing(report, now);
  if (!answer || !isStale(answer, now)) return null;
  const since = short(readAt(answer), now);
  if (now - readAt(answer) < SILENT_AFTER) {
    return { kind: "stale", lead: "Stale reading.", text: `Nothing newer than ${since} has arrived. Check that the scraper runs.` };
  }
  const text = `Nothing was read since ${since}, and no report tells why: the scraper is off, or does not reach this receiver. Start it, or ask it with “make scraper-status”.`;
  return { kind: "stale", lead: "Stale reading.", text };
}

function failing(report, now) {
  const lead = leadOf(report.state);
  const seen = report.reason && !lead.startsWith(report.reason.slice(0, 20)) ? sentence(report.reason) : "";
  const next = moment(report.nextTryAt);
  const again = next && next > now ? `It looks again ${short(next, now)}.` : "";
  const who = report.collector ? ` by the collector ${report.collector}` : "";
  const text = [seen, sentence(report.advice ?? ""), again, `Reported ${short(moment(report.at), now)}${who}.`];
  return { kind: "failure", lead, text: text.filter(Boolean).join(" ") };
}

function sentence(words) {
  return words && !/[.!?]$/.test(words) ? `${words}.` : words;
}
