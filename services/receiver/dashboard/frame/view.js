// The view that is shown: one at a time, each with a context of its own that ends with it.

import { ask } from "../asking/receiver.js";
import { Problem } from "../asking/problem.js";
import { zoneName } from "../figures/times.js";
import { element } from "../pieces/element.js";
import { firstSteps } from "../pieces/first.js";
import { failure, notice, waiting } from "../pieces/notice.js";
import { write } from "./address.js";

const LOADERS = {
  now: () => import("../views/now.js"),
  past: () => import("../views/past.js"),
  resets: () => import("../views/resets.js"),
  ahead: () => import("../views/ahead.js"),
  accounts: () => import("../views/accounts.js"),
};
const HASTE = 300;

/** Shows views in `root`; what a view gets is told in docs/dashboard.md. */
export class Shown {
  #root;
  #ending = new AbortController();
  #shown = null;
  #address = null;

  constructor(root) {
    this.#root = root;
  }

  /** Show what an address says, or tell the view that is there when only its parameters are others. */
  async show(address, live, accounts) {
    const before = this.#address;
    this.#address = address;
    const isSame = before?.view === address.view && before?.account === address.account && before?.live === live && before?.strange === address.strange;
    this.#address.live = live;
    if (isSame && this.#shown?.changed) this.#shown.changed(address.parameters);
    else await this.#showAnew(address, live, accounts);
  }

  /** Show that the login does not open an account, and which it opens. */
  refuse(problem, { view, account }, accounts) {
    this.#end();
    const others = accounts.map((one) => element("li", {}, element("a", { href: write(view, one.account) }, one.account)));
    this.#root.replaceChildren(
      failure(problem, `The account ${account} is not open to this login.`),
      ...(others.length > 0 ? [element("p", {}, "It opens:"), element("ul", {}, ...others)] : []),
    );
  }

  /** Show what to do before anything is recorded that this login may read. */
  first() {
    this.#end();
    this.#root.replaceChildren(firstSteps(null).element);
  }

  #end() {
    this.#ending.abort();
    this.#shown?.close?.();
    this.#shown = null;
  }

  async #showAnew(address, live, accounts) {
    this.#end();
    const ending = new AbortController();
    this.#ending = ending;
    const body = document.createElement("div");
    body.className = `view view-${address.view}`;
    const patience = setTimeout(() => body.childElementCount || body.append(waiting()), HASTE);
    this.#root.replaceChildren(...strayed(address), body);
    live.on("state", () => live.state === "live" && hasFailed(body) && this.#showAnew(this.#address, live, accounts), ending.signal);
    try {
      const { show } = await LOADERS[address.view]();
      if (ending.signal.aborted) return;
      const ended = await show(body, contextOf(address, live, accounts, ending.signal));
      const shown = typeof ended === "function" ? { close: ended } : (ended ?? {});
      if (ending.signal.aborted) shown.close?.();
      else this.#shown = shown;
    } catch (error) {
      if (!ending.signal.aborted) body.replaceChildren(failure(inWords(error)));
      if (!(error instanceof Problem) && !ending.signal.aborted) throw error;
    } finally {
      clearTimeout(patience);
      body.querySelector(":scope > .waiting")?.remove();
    }
  }
}

/** Whether something could not be shown: all of the view is asked anew once the receiver is there again. */
function hasFailed(body) {
  return body.querySelector('[data-kind="failure"][role="alert"]') !== null;
}

function strayed({ strange }) {
  return strange ? [notice("plain", `There is no view “${strange}”.`, "This is Now.")] : [];
}

/** A module that cannot be loaded is of a receiver that was replaced meanwhile, or is away. */
function inWords(error) {
  return error instanceof Problem ? error : new Problem("This part of the page could not be loaded. Load the page anew.");
}

/** What a view asks is never answered once it was left: it needs not look after that. */
async function asked(path, live, left, { signal, ...options } = {}) {
  try {
    const either = signal ? AbortSignal.any([left, signal]) : left;
    return (await ask(path, { ...options, signal: either })).body;
  } catch (error) {
    if (left.aborted) return new Promise(() => {});
    if (error instanceof Problem && error.status === 0) live.doubt();
    throw error;
  }
}

function contextOf({ view, account, parameters }, live, accounts, signal) {
  const below = `api/v1/accounts/${account}`;
  return {
    account,
    accounts,
    parameters,
    signal,
    live: {
      on: (name, handler) => live.on(name, handler, signal),
      get answer() { return live.answer; },
      get isEmpty() { return live.isEmpty; },
      get state() { return live.state; },
      get problem() { return live.problem; },
    },
    now: () => live.now(),
    zone: zoneName(),
    api: (path, options) => asked(`${below}${path && `/${path}`}`, live, signal, options),
    receiver: (path, options) => asked(`api/v1/${path}`, live, signal, options),
    file: (path) => `${below}/${path}`,
    address: (there, wanted) => write(there, account, wanted),
    go(wanted, { replace = false } = {}) {
      const to = write(view, account, wanted);
      if (replace) location.replace(to);
      else location.assign(to);
    },
  };
}
