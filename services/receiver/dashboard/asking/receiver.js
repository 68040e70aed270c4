// The receiver as this page sees it: questions below its address, answered for the login that the browser keeps.

import { Problem, problemOf } from "./problem.js";

const PATIENCE = 40_000;

/**
 * Ask with GET; `path` is relative to the page (`api/v1/accounts`). Returns `{body, date}`: the JSON, and the
 * receiver's clock in milliseconds, null when it was not told; `taken` are statuses of answers besides 2xx. Throws Problem, and only that, unless `signal` says
 * that nobody waits any more: then what `fetch` throws. "no-store": nothing stays on the disk of a borrowed device.
 */
export async function ask(path, { signal, patience = PATIENCE, headers = {}, taken = [] } = {}) {
  const limit = AbortSignal.timeout(patience);
  const response = await answered(path, signal ? AbortSignal.any([signal, limit]) : limit, signal, headers);
  const body = await jsonOf(response, signal);
  if (!response.ok && !taken.includes(response.status)) throw problemOf(response.status, body);
  const date = Date.parse(response.headers.get("Date") ?? "");
  return { body, date: Number.isNaN(date) ? null : date };
}

async function answered(path, either, signal, headers) {
  try {
    return await fetch(path, { cache: "no-store", signal: either, headers });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem("The receiver does not answer.");
  }
}

async function jsonOf(response, signal) {
  try {
    return await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    if (!(error instanceof SyntaxError)) throw new Problem("The receiver does not answer.");
    if (!response.ok) throw new Problem(`The receiver answers ${response.status}.`, response.status);
    throw new Problem("Something else answers in the receiver's place.", response.status);
  }
}
