// The same figures as a table: a row for each reading or step, and one for each gap.

import { idTold } from "../../figures/reading.js";
import { causesTold, columnTold, dated, stretchTold } from "../../figures/telling.js";
import { span } from "../../figures/times.js";
import { element } from "../../pieces/element.js";

const MOST_ROWS = 3000;

/** The table of a record; of very many readings the newest. */
export function listing(record) {
  const { courses, step } = record;
  const rows = rowsOf(record);
  const shown = rows.slice(-MOST_ROWS);
  const head = [element("th", { scope: "col" }, "Time"), ...courses.map(({ name, limit }) => element("th", { scope: "col", title: idTold(limit) }, name))];
  const left = rows.length > shown.length ? `The newest ${MOST_ROWS} of ${rows.length} rows; the download has all. ` : "";
  const meaning = step === null ? "Every reading." : "Of each step its last reading, and the least and greatest where they differ.";
  return element(
    "div",
    { class: "scroller card", tabindex: "0", role: "region", "aria-label": "Figures as a table" },
    element(
      "table",
      { id: "listing" },
      element("caption", {}, `${left}${meaning}`),
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...shown.map((row) => (row.gap ? gapRow(row.gap, courses.length) : figuresRow(row, step)))),
    ),
  );
}

function rowsOf({ courses, gaps }) {
  const byMoment = new Map();
  courses.forEach(({ columns }, place) => {
    for (const column of columns) {
      const row = byMoment.get(column.from) ?? { at: column.from, to: column.to, columns: courses.map(() => null) };
      row.columns[place] = column;
      byMoment.set(column.from, row);
    }
  });
  const gapRows = gaps.map((gap) => ({ at: gap.from + 1, gap }));
  return [...byMoment.values(), ...gapRows].sort((one, other) => one.at - other.at);
}

function figuresRow({ at, to, columns }, step) {
  const when = element("th", { scope: "row" }, step === null ? dated(at) : stretchTold(at, to));
  const cells = columns.map((column) => {
    const { words, more } = columnTold(column ?? undefined);
    return element("td", {}, words, more && element("span", { class: "more" }, ` ${more}`));
  });
  return element("tr", { "data-at": String(at) }, when, ...cells);
}

function gapRow({ from, to, row }, width) {
  const text = `Gap of ${span(to - from)}: no reading, ${causesTold(row)}.`;
  return element("tr", { class: "gap-row" }, element("th", { scope: "row" }, stretchTold(from, to)), element("td", { colspan: String(width) }, text));
}
