// A moment on the page: short words in the viewer's zone, the exact time on hover and for programs.

import { long, short } from "../figures/times.js";
import { element, mark, say } from "./element.js";

/** A `time` element for milliseconds since 1970; `words` unless they are what is short as seen from `now`. */
export function momentElement(at, now, words = short(at, now)) {
  const made = element("time");
  showMoment(made, at, words);
  return made;
}

/** Have a `time` element show another moment. */
export function showMoment(target, at, words) {
  say(target, words);
  mark(target, "datetime", new Date(at).toISOString());
  mark(target, "title", long(at));
}
