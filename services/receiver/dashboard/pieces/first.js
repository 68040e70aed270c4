// What is said while nothing is recorded: the next step.

import { element, mark } from "./element.js";

/**
 * A card; `account` is null where no account is known that the login may read. `draw(isReported)` leaves the steps
 * away where a collector runs already and has said what is the matter.
 */
export function firstSteps(account) {
  const words = (text) => element("code", {}, text);
  const steps = [
    ["On the machine that is to scrape, in Marigraph's folder, log in to Claude in the scraper's own browser: ", words("make login"), "."],
    ["Start it all with ", words("make run-local"), "; on a server, start its scraper as it was installed there."],
    ["Its first reading appears here by itself, within a minute."],
  ];
  const list = element("ol", {}, ...steps.map((step) => element("li", {}, ...step)));
  const soon = element("p", { hidden: true }, "A scraper runs already, and has said above what is the matter. Its first reading appears here by itself.");
  return {
    element: element(
      "section",
      { id: "empty", class: "card" },
      element("h2", {}, account ? `Nothing is recorded of ${account} yet` : "Nothing is recorded yet that this login may read"),
      list,
      soon,
    ),
    draw(isReported) {
      mark(list, "hidden", isReported);
      mark(soon, "hidden", !isReported);
    },
  };
}
