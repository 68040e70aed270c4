// A level as a bar: once more for the eye, the figure beside it says the same.

import { element } from "./element.js";

/** Of a limit's view; in stripes when its figure is not fresh. */
export function bar(view, isAged) {
  const made = element("div", { class: "bar", "aria-hidden": "true", "data-aged": Boolean(isAged) });
  made.style.setProperty("--level", String(Math.min(100, view.level ?? 0)));
  return made;
}
