// Who collects, from the newest versions and reports of an account (pure).

import { readAt } from "./reading.js";
import { moment } from "./times.js";

/**
 * Each collector that is named, the one heard of last first: `{name, readings, read, heard, report}`. `read` is when
 * it read last, `heard` when anything of it arrived last, both null when it never did; `report` is its newest, if that is
 * newer than its newest reading. Versions and reports are as the receiver lists them, the newest first.
 */
export function collectorsIn(snapshots, reports) {
  const found = new Map();
  for (const one of snapshots) {
    const known = collectorOf(found, one.collector);
    known.readings += 1;
    known.read = Math.max(known.read ?? 0, readAt(one));
    known.heard = Math.max(known.heard ?? 0, moment(one.receivedAt) ?? readAt(one));
  }
  for (const one of reports) {
    const known = collectorOf(found, one.collector);
    const at = moment(one.at);
    known.heard = Math.max(known.heard ?? 0, at);
    if (!known.report && at > (known.read ?? 0)) known.report = one;
  }
  return [...found.values()].sort((one, other) => other.heard - one.heard);
}

function collectorOf(found, name = "") {
  if (!found.has(name)) found.set(name, { name, readings: 0, read: null, heard: null, report: null });
  return found.get(name);
}
