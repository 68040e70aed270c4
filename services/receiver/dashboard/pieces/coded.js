// Commands in words of the scraper and the receiver: they stand between backticks there, and in `code` elements here.

import { element } from "./element.js";

/** The words as children of an element. */
export function coded(words) {
  return words.split("`").map((part, place, { length }) => (isCode(place, length) ? element("code", {}, part) : part));
}

/** The words where only text can stand. */
export function uncoded(words) {
  return words.replaceAll("`", "");
}

/** Of an odd number of backticks the last encloses nothing. */
function isCode(place, parts) {
  return place % 2 === 1 && place < parts - 1;
}
