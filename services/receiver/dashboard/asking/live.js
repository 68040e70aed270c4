// What the page knows of one account, kept live: a stream says that something came, and the newest reading is
// asked for then. A pulse every 4 s tells whether the receiver is there at all, so that a page that shows old
// figures says so within 10 s; where there is no stream, the pulse asks for the figures too, now and then.

import { Announcer } from "./announcer.js";
import { Problem } from "./problem.js";
import { whyUnready } from "./readiness.js";
import { ask } from "./receiver.js";
import { Stream } from "./stream.js";

const PULSE = 4000;
const PATIENCE = 4000;
const FIGURES_PATIENCE = 15_000;
/** Without a stream the figures are asked for so often; with one, to be sure. */
const POLL = 15_000;
const POLL_STREAMING = 120_000;
/** Whether something could be stored is asked so often: finding out writes a file. */
const READY_AGAIN = 30_000;
/** A hidden tab gives its stream back, as browsers allow six connections to a host. */
const POLL_HIDDEN = 60_000;
const SECOND = 1000;
/** A tab that slept does not pass for live until the receiver has answered again. */
const FRESH = PULSE + PATIENCE + SECOND;
/** News of a backlog come in bursts: views hear of it so often at most. */
const CALM = 1500;
/** The receiver tells its time in whole seconds; less than this is no difference. */
const SAME_CLOCK = 2 * SECOND;

/**
 * Announces
 *   "figures"  the newest reading was asked for; `answer` and `isEmpty` say what came
 *   "news"     something may have changed: `{kinds}` are the events' names, "back" after a time without a receiver
 *   "state"    `state`, `problem` or `unready` is another
 *   "tick"     each second
 *   "refused"  a Problem: there is no login (401), or it does not open this account (403)
 */
export class Live extends Announcer {
  /** The newest version with its snapshot, as lists answer it; null when there is none, or none was asked for yet. */
  answer = null;
  /** Whether nothing is recorded of the account. */
  isEmpty = false;
  /** "asking", "live" or "not live". */
  state = "asking";
  /** `{since, why}` while not live. */
  problem = null;
  /** Why the receiver can store nothing, "" as far as is known. */
  unready = "";

  #newest;
  #stream;
  #ending = new AbortController();
  #shift = 0;
  #answered = 0;
  #figuresAt = 0;
  #readyAt = 0;
  #figuresProblem = null;
  #isAsking = false;
  #isWanted = false;
  #isPulsing = false;
  #kinds = new Set();
  #calm = 0;

  constructor(account) {
    super();
    const below = `api/v1/accounts/${account}`;
    this.#newest = `${below}/snapshots?order=desc&limit=1`;
    this.#stream = new Stream(`${below}/events`, (name) => this.#heard(name));
  }

  /** Milliseconds since 1970, by the receiver's clock where the viewer's is wrong. */
  now() {
    return Date.now() + this.#shift;
  }

  start() {
    const { signal } = this.#ending;
    const beat = setInterval(() => this.#pulse(), PULSE);
    const tick = setInterval(() => this.#tick(), SECOND);
    signal.addEventListener("abort", () => [beat, tick].forEach(clearInterval));
    for (const name of ["focus", "online", "pageshow"]) addEventListener(name, () => this.#turnedTo(), { signal });
    document.addEventListener("visibilitychange", () => this.#turnedTo(), { signal });
    this.#turnedTo();
  }

  close() {
    this.#ending.abort();
    clearTimeout(this.#calm);
    this.#stream.close();
  }

  /** See now whether the receiver is there: somebody's question was not answered. */
  doubt() {
    this.#pulse();
  }

  /** Ask for the newest reading now. */
  async refresh() {
    this.#isWanted = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#isWanted && !this.#ending.signal.aborted) {
        this.#isWanted = false;
        await this.#askFigures();
      }
    } finally {
      this.#isAsking = false;
    }
  }

  async #askFigures() {
    const { signal } = this.#ending;
    try {
      const { body } = await ask(this.#newest, { signal, patience: FIGURES_PATIENCE });
      this.#got(body.snapshots?.[0] ?? null);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      if (error.status === 401 || error.status === 403) this.#refused(error);
      else this.#figuresProblem = error;
    }
    this.#settle();
  }

  #got(answer) {
    this.#figuresAt = Date.now();
    this.#figuresProblem = null;
    this.answer = answer;
    this.isEmpty = answer === null;
    this.announce("figures");
  }

  #refused(problem) {
    this.close();
    this.announce("refused", problem);
  }

  async #pulse() {
    if (this.#isPulsing || this.#ending.signal.aborted) return;
    this.#isPulsing = true;
    const wasAway = this.state === "not live";
    try {
      const { date } = await ask("livez", { signal: this.#ending.signal, patience: PATIENCE });
      this.#answered = Date.now();
      this.#setClock(date);
      if (wasAway) this.#tell("back");
      if (wasAway || this.#isDue()) await this.refresh();
      this.#settle();
      await this.#askReady();
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      this.#settle(error);
    } finally {
      this.#isPulsing = false;
    }
  }

  async #askReady() {
    if (document.hidden || Date.now() - this.#readyAt < READY_AGAIN) return;
    this.#readyAt = Date.now();
    const unready = await whyUnready({ signal: this.#ending.signal, patience: PATIENCE });
    if (unready === this.unready) return;
    this.unready = unready;
    this.announce("state");
  }

  #setClock(date) {
    if (date === null) return;
    const shift = date - Date.now();
    this.#shift = Math.abs(shift) < SAME_CLOCK ? 0 : shift;
  }

  #isDue() {
    const streaming = this.#stream.isOpen ? POLL_STREAMING : POLL;
    const every = document.hidden ? POLL_HIDDEN : streaming;
    return Date.now() - this.#figuresAt >= every || this.#figuresProblem !== null;
  }

  #settle(failure = this.#figuresProblem) {
    const since = this.problem?.since ?? this.now();
    if (failure) this.#become("not live", { since, why: failure.message });
    else if (this.#figuresAt > 0) this.#become("live", null);
  }

  #become(state, problem) {
    const isSame = state === this.state && problem?.why === this.problem?.why;
    this.state = state;
    this.problem = problem;
    if (!isSame) this.announce("state");
  }

  #tick() {
    if (this.state === "live" && !document.hidden && Date.now() - this.#answered > FRESH) this.#become("asking", null);
    this.announce("tick");
  }

  #turnedTo() {
    if (document.hidden) {
      this.#stream.close();
      return;
    }
    if (Date.now() - this.#answered > FRESH) this.#tick();
    this.#stream.open();
    if (Date.now() - this.#figuresAt > SECOND) this.refresh();
    this.#pulse();
  }

  #heard(name) {
    if (name === "cut") this.#pulse();
    else if (name === "open") this.#openedAgain();
    else {
      if (["snapshot", "gap", "key-ended"].includes(name)) this.refresh();
      this.#tell(name);
    }
  }

  /** What came between the last answer and the stream's first event is asked for. */
  #openedAgain() {
    if (this.#figuresAt > 0) this.refresh();
  }

  #tell(kind) {
    this.#kinds.add(kind);
    if (this.#kinds.size > 1 || this.#calm) return;
    this.#calm = setTimeout(() => {
      const kinds = [...this.#kinds];
      this.#kinds.clear();
      this.#calm = 0;
      this.announce("news", { kinds });
    }, CALM);
  }
}
