// What one answer of the receiver holds (pure): how old it is, which limits it tells of, why some are missing.

import { DAY, HOUR, MINUTE, SECOND, moment } from "./times.js";

export const STALE_AFTER = 10 * MINUTE;

const before = (length) => (resetsAt) => resetsAt - length;
/** Credits are renewed with the month. */
const monthBefore = (resetsAt) => new Date(resetsAt).setUTCMonth(new Date(resetsAt).getUTCMonth() - 1);

const SESSION = { id: "session", name: "Session", span: "5-hour window", length: 5 * HOUR, opensAt: before(5 * HOUR) };
const WEEKLY = { id: "weekly", name: "All models", span: "weekly", length: 7 * DAY, opensAt: before(7 * DAY) };
const SONNET = { ...WEEKLY, id: "weekly:sonnet", name: "Sonnet only" };
const CREDITS = { id: "credits", name: "Credits", span: "spending", opensAt: monthBefore };

// The names under which a snapshot says why a section is missing: its own, and the origin's shorter ones.
const SECTIONS = {
  session: ["currentSession"],
  weekly: ["weeklyLimits.allModels", "allModels", "weeklyLimits"],
  "weekly:sonnet": ["weeklyLimits.sonnetOnly", "sonnetOnly"],
  credits: ["credits"],
};
const NAMED = Object.values(SECTIONS).flat();
const SCOPED = /^weeklyLimits\.scoped\.(.+)$/;
// Said of a reading that is there, but whose reset could not be dated; the page's own words stand in its place.
const UNDATED = /\.resetsAt$/;

/** A limit's name for people, from its id: "Session", "All models", "Sonnet only", "Fable". */
export function nameOf(id) {
  const known = [SESSION, WEEKLY, SONNET, CREDITS].find((limit) => limit.id === id);
  return known?.name ?? id.replace(/^weekly:/, "").replace(/^./, (letter) => letter.toUpperCase());
}

/** Where only a limit's name stands: the id by which calls, the command and the widget know it. */
export function idTold(id) {
  return `limit=${id}`;
}

/** When it was taken: what its collector said, unless that lies after its arrival. */
export function readAt(answer) {
  const stored = moment(answer.time);
  return Math.min(moment(answer.lastUpdated) ?? stored, stored + SECOND);
}

export function isStale(answer, now) {
  return now - readAt(answer) > STALE_AFTER;
}

/** Each limit with its reading, or with the reason why there is none: `{limit, reading?, reason?}`. */
export function limitsIn(answer) {
  const errors = errorsOf(answer);
  const weekly = answer.weeklyLimits ?? {};
  const unexplained = answer.isPartial && Object.keys(errors).length === 0;
  const optional = [
    { limit: SONNET, reading: weekly.sonnetOnly, missing: unexplained },
    ...scopedIn(weekly.scoped ?? {}, errors),
    { limit: CREDITS, reading: answer.credits },
  ].map((found) => ({ ...found, reason: reasonFor(found.limit.id, errors) }));
  return [
    { limit: SESSION, reading: answer.currentSession, reason: reasonFor("session", errors) },
    { limit: WEEKLY, reading: weekly.allModels, reason: reasonFor("weekly", errors) },
    ...optional.filter(({ reading, missing, reason }) => reading || missing || reason),
  ];
}

/** Reasons that belong to no limit, as text. */
export function otherErrors(answer) {
  return Object.entries(errorsOf(answer))
    .filter(([section]) => !NAMED.includes(section) && !SCOPED.test(section))
    .map(([section, reason]) => `${section}: ${reason}`);
}

function errorsOf(answer) {
  const errors = Object.entries(answer.extractionErrors ?? {});
  return Object.fromEntries(errors.filter(([section]) => !UNDATED.test(section)));
}

function scopedIn(scoped, errors) {
  const failed = Object.keys(errors).map(modelIn).filter(Boolean);
  return [...new Set([...Object.keys(scoped), ...failed])].map((name) => {
    const reading = Object.hasOwn(scoped, name) ? scoped[name] : undefined;
    return { limit: { ...WEEKLY, id: `weekly:${name}`, name: reading?.label || name }, reading };
  });
}

function modelIn(section) {
  return SCOPED.exec(section)?.[1];
}

function reasonFor(id, errors) {
  const sections = SECTIONS[id] ?? Object.keys(errors).filter((section) => id === `weekly:${modelIn(section)}`);
  return sections.map((section) => errors[section]).find(Boolean);
}
