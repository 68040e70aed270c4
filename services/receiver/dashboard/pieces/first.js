// What is said while nothing is recorded: the next step.

import { element } from "./element.js";

/** `account` is null where no account is known that the login may read. */
export function firstSteps(account) {
  const words = (text) => element("code", {}, text);
  const steps = [
    ["Log in to Claude in the scraper's own browser: ", words("python -m services.scraper login")],
    ["Start the scraper: ", words("python -m services.scraper run"), ". It needs this receiver's address (CLAUDE_SYNC_URL) and a key that may write (CLAUDE_SYNC_API_KEY)."],
    ["Its first reading appears here by itself, within a minute."],
  ];
  return element(
    "section",
    { id: "empty", class: "card" },
    element("h2", {}, account ? `Nothing is recorded of ${account} yet` : "Nothing is recorded yet that this login may read"),
    element("ol", {}, ...steps.map((step) => element("li", {}, ...step))),
    element("p", { class: "quiet" }, "Made-up figures to look at: ", words("make demo-data"), "."),
  );
}
