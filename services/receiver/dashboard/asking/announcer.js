// Who wants to hear of what: handlers by the name of an event, for as long as a signal says.

export class Announcer {
  #handlers = new Map();

  /** Call `handler` with each event of that name until `signal`, if given, is aborted. */
  on(name, handler, signal) {
    if (signal?.aborted) return;
    const all = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, all.add(handler));
    signal?.addEventListener("abort", () => all.delete(handler), { once: true });
  }

  announce(name, detail) {
    for (const handler of [...(this.#handlers.get(name) ?? [])]) handler(detail);
  }
}
