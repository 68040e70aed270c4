// What is shown of each limit at a moment (pure): answer in, plain values out. A view is in one state:
//   open     a window runs and has a percentage, 0 % included      idle    no window is open
//   unused   this model was not used                               unknown not in this reading
//   passed   its reset has passed since the reading, so that the percentage is unknown again
//   amount   money spent of which no percentage is known

import { paceOf } from "./pace.js";
import { limitsIn, readAt } from "./reading.js";
import { SECOND, age, moment, short, span } from "./times.js";

const APPROACHING = 90;
const REACHED = 100;
// Reset times jitter by about a second from reading to reading.
const JITTER = 2 * SECOND;

/**
 * A view for each limit the answer tells of:
 * `{id, name, span, state, number, unit?, level?, was?, alarm?, says?, resetsAt?, lead?, when?, left?, passed?, time?, pace?}`.
 * `level` is the percentage behind `number`, `was` the one before the reset, `alarm` "approaching" or "reached",
 * `passed` how much of the window's time had gone by when it was read, in per cent.
 */
export function limitsOf(answer, now) {
  const read = readAt(answer);
  return limitsIn(answer).map((found) => {
    const view = viewOf(found, read, now);
    return { ...view, ...paceOf(view, read) };
  });
}

function viewOf({ limit, reading, reason }, read, now) {
  if (!reading) return unknown(limit, reason);
  const resetsAt = moment(reading.resetsAt);
  if (limit.id === "credits") return credits(limit, reading, resetsAt, read, now);
  return usage(limit, reading, resetsAt, read, now);
}

/** The first limit in a few words, for the title of a tab: "Session 47 %"; "" without an answer. */
export function gist(answer, now) {
  if (!answer) return "";
  const [first] = limitsOf(answer, now);
  return [first.name, first.number, first.unit].filter(Boolean).join(" ");
}

function unknown(limit, reason) {
  const says = reason ? `Not read: ${reason}` : "Not in this reading.";
  return { ...limit, state: "unknown", number: "unknown", says };
}

function usage(limit, reading, resetsAt, read, now) {
  const words = reading.resetsIn || "";
  if (reading.percentageUsed === 0 && reading.state === "idle") {
    return { ...limit, state: "idle", number: "idle", level: 0, says: "No window is open.", left: words };
  }
  if (reading.percentageUsed === 0 && reading.state === "unused") {
    const says = words || "Not used in this window.";
    return { ...limit, state: "unused", number: "unused", level: 0, says, ...countdown(resetsAt, now) };
  }
  const says = reading.percentageShown > REACHED ? `The page shows ${percent(reading.percentageShown)} %.` : "";
  const open = { ...limit, ...filled(reading.percentageUsed), says };
  if (resetsAt === null) return quoted(open, words, read, now);
  return hasPassed(resetsAt, read, now) ? passed(open, resetsAt, now) : { ...open, ...countdown(resetsAt, now) };
}

/** Without a reset time the page's words are quoted with their age, for as long as the window can last. */
function quoted(open, words, read, now) {
  const ago = `${age(now - read)} ago`;
  const over = now - read >= open.length;
  if (over) return { ...emptied(open), says: `Was ${open.number} % ${ago}; that window is over.` };
  return words ? { ...open, left: `Resets: “${words}”, the page said ${ago}` } : open;
}

function credits(limit, reading, resetsAt, read, now) {
  const spent = money(reading.used, reading.currency);
  const most = reading.limit === undefined ? "" : ` of ${money(reading.limit, reading.currency)}`;
  if (hasPassed(resetsAt, read, now)) return passed({ ...limit, number: spent }, resetsAt, now);
  const shown =
    reading.percentageUsed === undefined
      ? { state: "amount", number: spent, says: most ? `spent${most}` : "spent; no limit is given" }
      : { ...filled(reading.percentageUsed), says: `${spent}${most} spent` };
  return { ...limit, ...shown, ...countdown(resetsAt, now) };
}

function filled(percentage) {
  const near = percentage >= APPROACHING ? "approaching" : "";
  const alarm = percentage >= REACHED ? "reached" : near;
  return { state: "open", number: percent(percentage), unit: "%", level: percentage, alarm };
}

function hasPassed(resetsAt, read, now) {
  return resetsAt !== null && resetsAt <= now && read < resetsAt + JITTER;
}

function passed(open, resetsAt, now) {
  const before = [open.number, open.unit].filter(Boolean).join(" ");
  return { ...emptied(open), says: `Was ${before} before the reset.`, ...countdown(resetsAt, now) };
}

function emptied({ level, unit, alarm, ...open }) {
  return { ...open, state: "passed", number: "unknown", was: level };
}

function countdown(resetsAt, now) {
  if (resetsAt === null) return {};
  const ahead = resetsAt > now;
  const left = ahead ? `in ${span(resetsAt - now)}` : `${age(now - resetsAt)} ago`;
  return { resetsAt, lead: ahead ? "Resets" : "Reset was", when: short(resetsAt, now), left };
}

/** Rounded down to a tenth, so that 99.97 never reads as 100; and little never reads as nothing. */
export function percent(value) {
  if (value > 0 && value < 0.1) return "< 0.1";
  return String(Math.floor(value * 10 + 1e-9) / 10);
}

function money(amount, currency) {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).format(amount);
  } catch {
    return `${amount.toFixed(2)} ${currency}`;
  }
}
