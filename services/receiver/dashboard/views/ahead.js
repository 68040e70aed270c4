// What is expected of each limit's window, drawn with its band, and how good such forecasts were.

import { columnsOf, piecesOf } from "../figures/columns.js";
import { bandsOf, gapsIn } from "../figures/marks.js";
import { stepOf, written } from "../figures/range.js";
import { merged } from "../figures/spans.js";
import { HOUR, MINUTE, age, moment } from "../figures/times.js";
import { element, hold, mark } from "../pieces/element.js";
import { failure, notice, waiting } from "../pieces/notice.js";
import { forecastCard } from "./ahead/card.js";
import { legendOf } from "./ahead/legend.js";

const LONGEST = 9 * 24 * HOUR;

export async function show(root, context) {
  const notices = element("div", { class: "notices" });
  const cards = element("div", { class: "forecasts" });
  root.append(notices, cards);
  const patience = setTimeout(() => hold(notices, [waiting("Making the past forecasts again; the first time takes some seconds …")]), 1500);

  async function draw() {
    const [told, windows] = await Promise.all([
      context.api(`forecast?${new URLSearchParams({ tz: context.zone })}`),
      context.api(`windows?${new URLSearchParams({ from: new Date(context.now() - 40 * 24 * HOUR).toISOString() })}`),
    ]);
    const running = new Map(windows.windows.filter(({ status }) => status !== "over").map((one) => [one.limit, one]));
    const courses = await Promise.all(told.limits.map((one) => courseOf(context, one, running.get(one.limit))));
    hold(notices, noticesOf(told, context.now()));
    hold(cards, told.limits.map((one, i) => forecastCard(one, courses[i], context.now())));
    mark(root, "data-shown", told.asOf);
  }

  context.live.on("figures", () => draw().catch(() => {}));
  try {
    await draw();
  } catch (error) {
    if (!context.signal.aborted) hold(notices, [failure(error)]);
  } finally {
    clearTimeout(patience);
  }
}

/** The window of a forecast up to its newest reading; null where nothing is expected. */
async function courseOf(context, forecast, window) {
  if (forecast.status !== "forecast") return null;
  const to = moment(forecast.resetsAt);
  const now = context.now();
  const opened = moment(window?.opened.latest) ?? moment(window?.first.time) ?? now - HOUR;
  const range = { from: Math.max(opened, to - LONGEST), to };
  const past = { from: range.from, to: now + MINUTE };
  const step = stepOf({ from: range.from, to: now });
  const asked = new URLSearchParams([...Object.entries(written(past)), ["limit", forecast.limit]]);
  const [{ series }, { gaps, newest }] = await Promise.all([
    context.api(`series?${asked}${step === null ? "" : `&step=${step / 1000}`}`), context.api(`gaps?${asked}`),
  ]);
  const end = Math.min(past.to, moment(newest?.time) ?? past.to);
  const found = gapsIn(gaps, past, now);
  const columns = series.length === 0 ? [] : columnsOf(series[0], step, past, end);
  const pieces = piecesOf(columns, merged(found), window ? bandsOf([window], past, end) : null);
  return { range, pieces, gaps: found, last: { at: end, percentage: forecast.percentage } };
}

function noticesOf({ newest, zone, limits }, now) {
  if (newest === null) return [notice("plain", "Nothing is recorded of this account yet.", "A forecast needs some days of readings.")];
  const forecasts = limits.filter(({ status }) => status === "forecast");
  const about = element("p", { class: "quiet small" }, `From the reading ${age(now - moment(newest.time))} ago, by habits of days and hours in ${zone}. What was used since is not known.`);
  const stale = newest.isStale && notice("stale", "Stale reading.", "What was used since the newest reading is unknown.");
  return [stale, limits.length === 0 ? notice("plain", "No limit is known.", "") : about, forecasts.length > 0 && legendOf(forecasts)].filter(Boolean);
}
