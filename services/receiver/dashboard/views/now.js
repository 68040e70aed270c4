// How the limits stand now: what deserves attention, a card for each limit, how old all of it is.

import { isStale, limitsIn, readAt } from "../figures/reading.js";
import { limitsOf } from "../figures/limits.js";
import { age, short } from "../figures/times.js";
import { element, hold, say } from "../pieces/element.js";
import { uncoded } from "../pieces/coded.js";
import { showMoment } from "../pieces/moment.js";
import { notice } from "../pieces/notice.js";
import { alertsOf } from "./now/alerts.js";
import { Cards } from "./now/cards.js";
import { newestReport } from "./now/report.js";
import { firstSteps } from "../pieces/first.js";
import { Trails } from "./now/trails.js";

export async function show(root, context) {
  const { live, now } = context;
  const alerts = element("div", { id: "alerts", "aria-live": "polite" });
  const reading = readingLine();
  const cards = new Cards();
  const empty = firstSteps(context.account);
  const trails = new Trails(context);
  let report = null;
  root.append(alerts, reading.element, empty.element, cards.element);

  function draw() {
    const { answer } = live;
    const views = answer ? limitsOf(answer, now()) : [];
    empty.element.hidden = !live.isEmpty;
    empty.draw(report !== null);
    drawAlerts(alerts, alertsOf(answer, views, report, now()));
    reading.draw(answer, now());
    cards.draw(views, agedWords(answer, live, now()), (id) => trails.of(id));
  }

  /** What stands beside the figures: it may take longer, and the figures do not wait for it. */
  async function complete() {
    const limits = live.answer ? limitsIn(live.answer).map(({ limit }) => limit.id) : [];
    const asked = [newestReport(context).then((found) => (report = found)), trails.refresh(limits)];
    for (const one of asked) one.then(draw);
    await Promise.all(asked);
  }

  for (const name of ["figures", "state", "tick"]) live.on(name, draw);
  live.on("figures", complete);
  live.on("news", complete);
  draw();
  if (live.answer || live.isEmpty) await complete();
}

function agedWords(answer, live, now) {
  const isAged = answer && (live.state === "not live" || isStale(answer, now));
  return isAged ? `${age(now - readAt(answer))} old` : "";
}

function readingLine() {
  const ago = element("time", { id: "age" });
  const at = element("span", { id: "read-at" });
  const line = element("p", { id: "reading", class: "quiet", hidden: true }, "Read ", ago, " ", at);
  return {
    element: line,
    draw(answer, now) {
      line.hidden = !answer;
      if (!answer) return;
      showMoment(ago, readAt(answer), `${age(now - readAt(answer))} ago`);
      say(at, `at ${short(readAt(answer), now)}${answer.collector ? ` by the collector ${answer.collector}` : ""}`);
    },
  };
}

/** A line that stays the same stays the same element, so that a screen reader says it once. */
function drawAlerts(list, alerts) {
  const standing = new Map([...list.children].map((line) => [line.textContent, line]));
  hold(list, alerts.map((one) => standing.get(uncoded(`${one.lead} ${one.text}`)) ?? notice(one.kind, one.lead, one.text)));
}
