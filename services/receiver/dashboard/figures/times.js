// Words about time (pure). A moment is a number of milliseconds since 1970; zone and hour cycle are the
// viewer's, the words are English like the rest of the page.

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const { hourCycle } = new Intl.DateTimeFormat([], { hour: "numeric" }).resolvedOptions();

/** The time of day as the viewer's clock shows it: "16:45". */
export const clock = format({ hour: hourCycle.startsWith("h1") ? "numeric" : "2-digit", minute: "2-digit" });
const weekday = format({ weekday: "short" });
const dated = format({ day: "numeric", month: "short" });
const day = format({ dateStyle: "short" });
const yearly = format({ day: "numeric", month: "short", year: "numeric" });
const full = format({ dateStyle: "full", timeStyle: "long" });
const offset = format({ timeZoneName: "shortOffset" });

function format(options) {
  const timed = "hour" in options || "timeStyle" in options;
  return new Intl.DateTimeFormat("en-GB", timed ? { ...options, hourCycle } : options);
}

/** The moment that an ISO 8601 text means, or null. */
export function moment(text) {
  const at = typeof text === "string" ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : at;
}

/** A length of time in its two largest units, rounded down: "40 s", "5 min", "2 h 42 min", "3 d 4 h". */
export function span(length) {
  const [days, hours, minutes] = [DAY, HOUR, MINUTE].map((unit) => Math.floor(length / unit));
  if (days >= 2) return joined(days, "d", hours % 24, "h");
  if (hours >= 1) return joined(hours, "h", minutes % 60, "min");
  return minutes >= 1 ? `${minutes} min` : `${Math.max(0, Math.floor(length / SECOND))} s`;
}

function joined(large, itsUnit, small, smallUnit) {
  return small === 0 ? `${large} ${itsUnit}` : `${large} ${itsUnit} ${small} ${smallUnit}`;
}

/** How old something is: calm below a minute, where seconds would only flicker. */
export function age(length) {
  return length < MINUTE ? "less than 1 min" : span(length);
}

/** A moment as short as is clear from `now`: "16:45", "Thu 16:45", "Tue 1 Dec 01:00". */
export function short(at, now) {
  if (day.format(at) === day.format(now)) return clock.format(at);
  const near = Math.abs(at - now) < 6 * DAY;
  return `${weekday.format(at)} ${near ? "" : `${dated.format(at)} `}${clock.format(at)}`;
}

/** The day of a moment: "23 Sep 2026". */
export function date(at) {
  return yearly.format(at);
}

/** A moment in full, with seconds and zone. */
export function long(at) {
  return full.format(at);
}

/** The viewer's zone as the receiver takes it: "Europe/Berlin". */
export function zoneName() {
  return offset.resolvedOptions().timeZone;
}

/** The viewer's zone at a moment: "Europe/Berlin (UTC+1)". */
export function zone(at) {
  const name = zoneName();
  const shift = offset.formatToParts(at).find((part) => part.type === "timeZoneName").value.replace("GMT", "UTC");
  return name === "UTC" ? name : `${name} (${shift})`;
}
