// What stands around every view: whose record it is, whether it is live, the ways to the views, the zone.

import { age, long, short, zone } from "../figures/times.js";
import { readAt } from "../figures/reading.js";
import { recorded } from "../figures/words.js";
import { gist } from "../figures/limits.js";
import { uncoded } from "../pieces/coded.js";
import { element, hold, mark, say } from "../pieces/element.js";
import { write } from "./address.js";

/** The receiver is there; whether the figures are fresh is said beside them. */
const WORDS = { live: "Connected", asking: "Asking", "not live": "Not live" };
const TITLES = { now: "Now", past: "Past", resets: "Resets and hits", ahead: "Ahead", accounts: "Accounts" };

function unreadyTold(why) {
  return why && `The receiver says: ${why}. Scrapers keep their readings until it can; what is shown here grows old.`;
}

const at = (id) => document.getElementById(id);

/** Draw the links to the views; parameters do not travel from one view to another, the account does. */
export function drawNav({ view, account }) {
  for (const link of at("nav").querySelectorAll("a")) {
    const name = link.dataset.view;
    link.href = write(name, account);
    mark(link, "aria-current", name === view && "page");
  }
}

/** Draw the switch between accounts, or the account's name where there is one only. */
export function drawAccounts(accounts, account) {
  const names = accounts.map((one) => one.account).sort();
  const isKnown = !account || names.includes(account);
  const options = [
    ...(isKnown ? [] : [element("option", { value: account, disabled: true }, `${account} (unknown)`)]),
    ...names.map((name) => element("option", { value: name }, name)),
  ];
  const picked = at("account");
  at("switch").hidden = options.length < 2;
  if ([...picked.options].map(({ text }) => text).join() !== options.map(({ text }) => text).join()) hold(picked, options);
  picked.value = account ?? "";
  const described = accounts.find((one) => one.account === account);
  say(at("versions"), described && `${recorded(described.versions + described.archived)} recorded`);
}

/** Draw what moves by itself: live or not, how old the figures are, the title of the tab. */
export function drawState(live, { view, account }, hasSwitch) {
  const { answer, state, problem } = live;
  const now = live.now();
  say(at("live"), WORDS[state]);
  mark(at("live"), "data-live", state);
  say(at("whose"), [hasSwitch ? "" : (account ?? ""), answer?.plan ?? ""].filter(Boolean).join(" · "));
  const since = problem ? `since ${short(problem.since, now)}: ${problem.why}` : "";
  const last = answer ? ` The last reading is ${age(now - readAt(answer))} old.` : "";
  say(at("trouble-since"), since && uncoded(`${since}${last} Trying again every few seconds.`));
  at("trouble").hidden = !problem;
  say(at("unready-why"), problem ? "" : unreadyTold(live.unready));
  at("unready").hidden = at("unready-why").hidden;
  say(at("zone"), zone(now));
  mark(at("zone"), "title", long(now));
  document.title = [state === "live" && view === "now" ? gist(answer, now) : "", state === "not live" && "Not live",
    view !== "now" && TITLES[view], "Marigraph"].filter(Boolean).join(" · ");
}
