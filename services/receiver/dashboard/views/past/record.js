// What the receiver says of a range, gathered into what is drawn: `{range, step, now, end, begin, courses, gaps, stops}`.

import { columnsOf, piecesOf, stopsOf } from "../../figures/columns.js";
import { bandsOf, fillsOf, gapsIn, turnsIn } from "../../figures/marks.js";
import { stepOf, written } from "../../figures/range.js";
import { nameOf } from "../../figures/reading.js";
import { merged } from "../../figures/spans.js";
import { DAY, moment } from "../../figures/times.js";

// Beyond this a window of the session is thinner than what could be seen of it.
const SESSIONS_SEEN = 45 * DAY;
const FULL = 100;

/** Ask for all of a range and gather it. */
export async function recordOf(context, range) {
  const step = stepOf(range);
  const within = new URLSearchParams(written(range));
  const [series, gaps, hits] = await Promise.all([
    context.api(seriesPath(range, step)), context.api(`gaps?${within}`), context.api(`hits?${within}`),
  ]);
  const limits = series.series.map(({ limit }) => limit);
  const seen = limits.filter((limit) => limit !== "session" || range.to - range.from <= SESSIONS_SEEN);
  const asked = new URLSearchParams([...within, ...seen.map((limit) => ["limit", limit])]);
  const [{ windows }, { resets }] = seen.length > 0
    ? await Promise.all([context.api(`windows?${asked}`), context.api(`resets?${asked}`)])
    : [{ windows: [] }, { resets: [] }];
  return gathered({ range, step, now: context.now(), begin: beginOf(context), series, gaps, hits: hits.hits, windows, resets, seen });
}

/** When an account's record began, as far as the list of accounts tells; null when it does not. */
export function beginOf({ account, accounts }) {
  return moment(accounts.find((one) => one.account === account)?.oldest);
}

/** The address of the series that is drawn; `format` for a download of the same. */
export function seriesPath(range, step, format = "") {
  const asked = new URLSearchParams(written(range));
  if (step !== null) asked.set("step", String(step / 1000));
  if (format) asked.set("format", format);
  return `series?${asked}`;
}

function gathered({ range, step, now, begin, series, gaps, seen, ...rows }) {
  const newest = moment(gaps.newest?.time);
  const end = Math.min(range.to, newest ?? range.from);
  const until = Math.min(now, range.to);
  const found = { range, step, now, end, newest, isStale: gaps.newest?.isStale ?? false };
  const ofAll = gapsIn(gaps.gaps.filter(({ limit }) => limit === null), range, until);
  const courses = series.series.map((one) => {
    const own = (list) => list.filter(({ limit }) => limit === one.limit);
    const gapsOfLimit = [...ofAll, ...gapsIn(own(gaps.gaps), range, until)];
    const columns = columnsOf(one, step, range, end);
    const spans = merged(gapsOfLimit);
    const bands = bandsOf(own(rows.windows), range, end);
    const hasWindows = seen.includes(one.limit);
    return {
      limit: one.limit,
      name: nameOf(one.limit),
      columns,
      gaps: gapsOfLimit,
      spans,
      pieces: piecesOf(columns, spans, hasWindows ? bands : null),
      bands,
      fills: fillsOf(own(rows.hits), range, end),
      turns: turnsIn(own(rows.resets), range),
      hasWindows,
      top: topOf(columns),
    };
  });
  const spans = merged(ofAll);
  return { ...found, begin, courses, gaps: ofAll, spans, stops: stopsOf(courses, spans) };
}

/** The highest level of a scale: 100, or more where credits went beyond their limit. */
function topOf(columns) {
  const most = columns.reduce((so, { max }) => Math.max(so, max ?? 0), 0);
  return most <= FULL ? FULL : Math.ceil(most / 50) * 50;
}
