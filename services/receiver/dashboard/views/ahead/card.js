// A limit's forecast: in words, as a drawing, and how good such forecasts were.

import { endTold, foreseen, hitTold, lackOf, scoresOf } from "../../figures/foreseen.js";
import { idTold, nameOf } from "../../figures/reading.js";
import { percentage } from "../../figures/telling.js";
import { MINUTE, moment, short, span } from "../../figures/times.js";
import { element, hold } from "../../pieces/element.js";
import { notice } from "../../pieces/notice.js";
import { forecastDrawing } from "./drawing.js";

const NARROWEST = 240;

/** The card of a forecast; `course` is its window so far, null where none is drawn. */
export function forecastCard(forecast, course, now) {
  const title = `ahead-${forecast.limit.replace(/[^a-z0-9]/gi, "-")}`;
  return element(
    "section",
    { class: "card forecast", "aria-labelledby": title, "data-limit": forecast.limit, "data-status": forecast.status },
    element("h2", { id: title, title: idTold(forecast.limit) }, nameOf(forecast.limit)),
    ...body(forecast, course, now),
    ...scores(forecast),
  );
}

function body(forecast, course, now) {
  const lack = lackOf(forecast, now);
  const standing = element("p", { class: "quiet" }, standingTold(forecast, now));
  if (lack) return [standing, notice("plain", lack.lead, lack.text)];
  const [end, hit] = [endTold(forecast, now), hitTold(forecast, now)];
  return [
    standing,
    element("p", { class: "end" }, end),
    hit && element("p", { class: "hit" }, hit),
    forecast.doubtful && notice("partial", "Doubtful.", "The newest reading contradicts the one before; the next may show that nothing happened."),
    forecast.straightLine !== null && element("p", { class: "quiet small" }, `At this window's pace alone: ${foreseen(forecast.straightLine)}.`),
    course && fitted((width) => forecastDrawing(forecast, course, { width, now, label: `${nameOf(forecast.limit)}: ${end} ${hit}` })),
  ].filter(Boolean);
}

/** A drawing made for the width that it gets, so that its words are as large as others. */
function fitted(draw) {
  const place = element("div", { class: "ahead-plot" });
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.max(NARROWEST, Math.round(place.clientWidth));
    if (width === drawn) return;
    drawn = width;
    hold(place, [draw(width)]);
  }).observe(place);
  return place;
}

function standingTold({ status, percentage: value, ageMinutes, version }, now) {
  if (version === null) return "No reading yet.";
  const age = ageMinutes === 0 ? "less than 1 min" : span(ageMinutes * MINUTE);
  const read = `read ${age} ago (${short(now - ageMinutes * MINUTE, now)})`;
  if (status === "idle") return `Idle when it was ${read}.`;
  return value === null ? `Unknown; last ${read}.` : `${percentage(value)} was ${read}.`;
}

function scores(forecast) {
  const rows = scoresOf(forecast);
  const heading = element("h3", {}, "How good such forecasts were");
  if (rows.length === 0) return [heading, element("p", { class: "quiet small" }, "None of the last 28 days could be judged yet.")];
  const { windows, atReset } = forecast.judgement;
  const caption = `The last 28 days: ${atReset.forecasts} forecasts in ${windows} ${windows === 1 ? "window" : "windows"}, made again from what was known then.`;
  return [heading, element("table", { class: "scores" }, element("caption", {}, caption), element("tbody", {}, ...rows.map(scoreRow)))];
}

function scoreRow({ what, figure, beside, share, meant }) {
  const isDrawn = share !== undefined && share !== null;
  const bar = isDrawn && element("span", { class: "share", "aria-hidden": "true", "data-meant": meant !== null });
  if (bar) {
    bar.style.setProperty("--share", String(share));
    bar.style.setProperty("--meant", String(meant ?? 0));
  }
  return element("tr", {}, element("th", { scope: "row" }, what), element("td", {}, figure, bar), element("td", { class: "quiet" }, beside));
}
