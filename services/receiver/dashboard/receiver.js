// The receiver as this page sees it: the key that opens it, and the one question that is asked.

const SLOT = "marigraph-key";
const TIMEOUT = 8000;
const BAD_KEY = "A key is plain letters, digits and signs, without blanks.";

/** The key in use, or null. A key in the address (`/#key=...`) is taken over and removed from there at once. */
export function currentKey() {
  const linked = /[#&]key=([^&]+)/.exec(location.hash);
  if (linked) {
    history.replaceState(null, "", location.pathname + location.search);
    keepKey(decoded(linked[1]));
  }
  return sessionStorage.getItem(SLOT);
}

export function keepKey(key) {
  sessionStorage.setItem(SLOT, key.trim());
}

export function forgetKey() {
  sessionStorage.removeItem(SLOT);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Ask for the latest version. Never throws; the outcome is one of
 *   { kind: "answer", answer }   { kind: "empty" }   nothing is recorded yet
 *   { kind: "refused", why }     the key does not open this account
 *   { kind: "failed", why }      no usable answer within 8 s
 */
export async function askLatest(key) {
  if (!/^[\x21-\x7e]+$/.test(key)) return { kind: "refused", why: BAD_KEY };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), TIMEOUT);
  try {
    // "no-store": an answer carries its own age, and nothing should stay on the disk of a borrowed device.
    const request = { headers: { "X-API-Key": key }, cache: "no-store", signal: controller.signal };
    const response = await fetch("api/claude/console-usage", request);
    return outcome(response, await response.json());
  } catch (error) {
    return failed(error instanceof SyntaxError ? "something else answers in its place" : "the receiver does not answer");
  } finally {
    clearTimeout(timer);
  }
}

function outcome(response, body) {
  if (response.ok && body?.versionInfo) return { kind: "answer", answer: body };
  if (response.status === 404 && body?.versionsAvailable === 0) return { kind: "empty" };
  if (response.status === 401 || response.status === 403) {
    return { kind: "refused", why: [body?.message, body?.suggestion].filter(Boolean).join(" ") };
  }
  return failed(body?.message ? `it says “${body.message}”` : `it answers ${response.status}`);
}

function failed(why) {
  return { kind: "failed", why };
}
