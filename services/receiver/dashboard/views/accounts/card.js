// One account: a line for each limit, what is the matter, and who collects.

import { write } from "../../frame/address.js";
import { collectorTrouble, leadOf } from "../../figures/collector.js";
import { collectorsIn } from "../../figures/collectors.js";
import { limitsOf } from "../../figures/limits.js";
import { STALE_AFTER, idTold, isStale, readAt } from "../../figures/reading.js";
import { age, date, moment, short } from "../../figures/times.js";
import { bar } from "../../pieces/bar.js";
import { element } from "../../pieces/element.js";
import { recorded } from "../../figures/words.js";
import { momentElement } from "../../pieces/moment.js";
import { notice } from "../../pieces/notice.js";

export class AccountCard {
  #body = element("div", { class: "account-body" });
  #shown = "";

  constructor(account) {
    const link = element("a", { href: write("now", account) }, account);
    this.element = element("article", { class: "card account", "data-account": account }, element("h2", {}, link), this.#body);
  }

  /** Show what is known now; the page is touched only when its words are others. */
  draw(described, { snapshots, reports }, now) {
    const children = bodyOf(described, snapshots, reports, now);
    const words = children.map((child) => child.outerHTML).join();
    if (words === this.#shown) return;
    this.#shown = words;
    this.#body.replaceChildren(...children);
  }
}

function bodyOf(described, snapshots, reports, now) {
  const answer = snapshots[0] ?? null;
  const trouble = collectorTrouble(answer, reports[0] ?? null, now);
  return [
    element("p", { class: "quiet small" }, [answer?.plan, recordedWords(described)].filter(Boolean).join(" · ")),
    trouble && notice(trouble.kind, trouble.lead, trouble.text),
    answer && limitsTable(answer, now),
    collectorsTable(collectorsIn(snapshots, reports), now, snapshots.length < described.versions),
  ].filter(Boolean);
}

function recordedWords({ versions, archived, oldest }) {
  const since = oldest ? ` since ${date(moment(oldest))}` : "";
  return `${recorded(versions + archived)}${since}`;
}

function limitsTable(answer, now) {
  const isAged = isStale(answer, now);
  const rows = limitsOf(answer, now).map((view) =>
    element(
      "tr",
      { "data-state": view.state, "data-alarm": view.alarm ?? "" },
      element("th", { scope: "row", title: idTold(view.id) }, view.name),
      element("td", { class: "bar-cell" }, bar(view, isAged)),
      element("td", { class: "number" }, [view.number, view.unit].filter(Boolean).join(" ")),
      element("td", {}, view.resetsAt === undefined ? "" : momentElement(view.resetsAt, now)),
    ),
  );
  const read = element("caption", {}, "Read ", momentElement(readAt(answer), now, `${age(now - readAt(answer))} ago`));
  return element("table", { class: "limits" }, read, headOf("Limit", "", "Used", "Resets"), element("tbody", {}, ...rows));
}

function headOf(...names) {
  return element("thead", {}, element("tr", {}, ...names.map((name) => (name ? element("th", { scope: "col" }, name) : element("td")))));
}

function stateOf(read, report, now) {
  if (report) return `${leadOf(report.state)} Since ${short(moment(report.at), now)}.`;
  return now - read > STALE_AFTER ? "Silent, and no report tells why." : "Reads.";
}

/** Where there are versions beyond those that were looked at (`hasOlder`), a collector may have read before. */
function collectorsTable(collectors, now, hasOlder) {
  if (collectors.length === 0) return null;
  const when = (at, never) => (at === null ? never : momentElement(at, now, `${age(now - at)} ago`));
  const rows = collectors.map(({ name, read, heard, report }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, name || "no name"),
      element("td", { "data-label": "Last reading" }, when(read, hasOlder ? "not lately" : "never")),
      element("td", { "data-label": "Last contact" }, when(heard, "never")),
      element("td", {}, stateOf(read, report, now)),
    ),
  );
  const caption = element("caption", {}, "Who collects");
  const head = headOf("Collector", "Last reading", "Last contact", "State");
  return element("table", { class: "collectors" }, caption, head, element("tbody", {}, ...rows));
}
