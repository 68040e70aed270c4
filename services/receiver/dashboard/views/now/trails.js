// The last day or week of each limit, small: asked for when the view opens and now and then when news come.

import { Problem } from "../../asking/problem.js";
import { DAY, HOUR, MINUTE, moment } from "../../figures/times.js";
import { gapsOf, spark } from "../../pieces/spark.js";

const SPANS = {
  session: { length: DAY, step: 30 * MINUTE, words: "last 24 hours" },
  others: { length: 7 * DAY, step: 3 * HOUR, words: "last 7 days" },
};
const AGAIN = 5 * MINUTE;

export class Trails {
  #context;
  #drawings = new Map();
  #asked = 0;

  constructor(context) {
    this.#context = context;
  }

  /** The drawing of a limit, null while there is none. */
  of(id) {
    return this.#drawings.get(id) ?? null;
  }

  /** Ask anew unless that was done in the last minutes; the cards stand without it. */
  async refresh(limits) {
    const { now } = this.#context;
    if (limits.length === 0 || now() - this.#asked < AGAIN) return;
    this.#asked = now();
    const others = limits.filter((id) => id !== "session");
    const asked = [this.#ask(["session"], SPANS.session), ...(others.length > 0 ? [this.#ask(others, SPANS.others)] : [])];
    await Promise.all(asked);
  }

  async #ask(limits, { length, step, words }) {
    const { api, now } = this.#context;
    const from = new Date(Math.ceil((now() - length) / step) * step).toISOString();
    const query = new URLSearchParams([...limits.map((id) => ["limit", id]), ["from", from], ["step", `${step / MINUTE}m`]]);
    try {
      const { series } = await api(`series?${query}`);
      for (const { limit, buckets } of series) this.#draw(limit, buckets, words);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  #draw(limit, buckets, words) {
    const { account, accounts, now } = this.#context;
    const begun = moment(accounts.find((one) => one.account === account)?.oldest) ?? 0;
    const ends = (index) => moment(buckets[index + 1]?.start) ?? now();
    const until = buckets
      .map((one, index) => ({ ...one, isBefore: ends(index) <= begun }))
      .filter((one) => moment(one.start) <= now());
    const known = until.filter((one) => one.max !== null);
    if (known.length === 0) return;
    const [least, most] = [Math.min(...known.map((one) => one.min)), Math.max(...known.map((one) => one.max))];
    const gaps = gapsOf(until).length;
    const label = `${words}: between ${Math.floor(least)} and ${Math.floor(most)} %${gaps ? `, ${gaps === 1 ? "a gap" : `${gaps} gaps`} without a reading` : ""}`;
    this.#drawings.set(limit, { drawing: spark(until, label), words });
  }
}
