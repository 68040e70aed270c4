// Lines that deserve attention, and what is said where a view has nothing to show.

import { coded } from "./coded.js";
import { element } from "./element.js";

/** One line; `kind` is "failure", "reached", "approaching", "stale", "partial" or "plain". */
export function notice(kind, lead, text, ...more) {
  return element("p", { class: "notice", "data-kind": kind }, element("strong", {}, lead), text && " ", ...coded(text), ...more);
}

/** What went wrong, in words; said to a screen reader at once. */
export function failure(problem, lead = "This could not be shown.") {
  const made = notice("failure", lead, problem.message);
  made.setAttribute("role", "alert");
  return made;
}

/** That something is being fetched: seen only when it takes a while. */
export function waiting(words = "Asking the receiver …") {
  return element("p", { class: "waiting", role: "status" }, words);
}
