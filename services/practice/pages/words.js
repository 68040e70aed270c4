// Times and sums in the words of the usage page, in the viewer's own time zone.

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const SPACES = { plain: " ", nbsp: "\u00a0" };
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

// Reset times come a fraction of a second early or late: the page shows whole minutes.
const wholeMinute = (moment) => new Date(Math.round(moment.getTime() / MINUTE) * MINUTE);

function clock(moment) {
  const hours = moment.getHours();
  const minutes = String(moment.getMinutes()).padStart(2, "0");
  return `${hours % 12 || 12}:${minutes} ${hours < 12 ? "AM" : "PM"}`;
}

function duration(from, to) {
  const minutes = Math.max(0, Math.ceil((to - from) / MINUTE));
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours} hr ${minutes % 60} min` : `${minutes} min`;
}

const STYLES = {
  relative: (from, to) => `Resets in ${duration(from, to)}`,
  weekday: (from, to) =>
    to - from < DAY ? STYLES.relative(from, to) : `Resets ${DAYS[to.getDay()].slice(0, 3)} ${clock(to)}`,
  absolute: (_from, to) => `Resets ${DAYS[to.getDay()].slice(0, 3)} ${clock(to)}`,
  at: (_from, to) => `Resets at ${clock(to)}`,
  long: (_from, to) => `Resets ${DAYS[to.getDay()]} ${clock(to)}`,
};

// "Resets in 2 hr 7 min", "Resets Sun 3:00 PM", ... counted from when the figures were measured.
export function resetWords(style, measured, resetsAt, space = "plain") {
  const words = STYLES[style](measured, wholeMinute(resetsAt));
  return words.replaceAll(" ", SPACES[space]);
}

// Credits reset with the month, by Greenwich's calendar.
export function monthReset(measured) {
  const first = new Date(Date.UTC(measured.getUTCFullYear(), measured.getUTCMonth() + 1, 1));
  return `Resets ${first.toLocaleDateString("en-US", { month: "short", day: "numeric", timeZone: "UTC" })}`;
}

const plural = (count, unit) => `${count} ${unit}${count === 1 ? "" : "s"} ago`;

// "just now" (in some layouts "less than a minute ago"), "1 minute ago", "22 hours ago".
export function agoWords(measured, now, freshly = "just now") {
  const minutes = Math.floor((now - measured) / MINUTE);
  if (minutes < 1) return freshly;
  return minutes < 60 ? plural(minutes, "minute") : plural(Math.floor(minutes / 60), "hour");
}

const SIGNS = { USD: "$", AUD: "A$", CAD: "CA$", EUR: "€", GBP: "£" };

export function money(minor, currency) {
  return `${SIGNS[currency] ?? `${currency} `}${(minor / 100).toFixed(2)}`;
}
