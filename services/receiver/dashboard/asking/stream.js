// The receiver's events of one account, as they come. The browser connects again by itself after a cut; after
// a refusal (as many listen as may, the key has ended) it does not, and this tries again now and then.

const AGAIN = 15_000;
const NEWS = ["snapshot", "report", "silence", "reading-resumed", "gap", "reconnect", "key-ended"];

export class Stream {
  #source = null;
  #timer = 0;
  #path;
  #heard;

  /** `heard(name)` is called with each event's name, with "open", and with "cut" when the connection is lost. */
  constructor(path, heard) {
    this.#path = path;
    this.#heard = heard;
  }

  get isOpen() {
    return this.#source?.readyState === EventSource.OPEN;
  }

  open() {
    if (this.#source && this.#source.readyState !== EventSource.CLOSED) return;
    this.close();
    this.#source = new EventSource(this.#path);
    this.#source.onopen = () => this.#heard("open");
    this.#source.onerror = () => this.#cut();
    for (const name of NEWS) this.#source.addEventListener(name, () => this.#heard(name));
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #cut() {
    if (this.#source?.readyState === EventSource.CLOSED) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.open(), AGAIN);
    }
    this.#heard("cut");
  }
}
