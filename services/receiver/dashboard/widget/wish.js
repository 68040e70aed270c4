// What a widget's address asks for (pure): `/widget#key=mg_...&account=work&limit=session&limit=weekly`.

/**
 * `{key, account, limits}`: the key is null when the browser's login is meant, the limits are ids, none for all. It
 * stands behind the `#`, which no browser sends to a server.
 */
export function wishOf(hash) {
  const said = new URLSearchParams(hash.replace(/^#/, "").replaceAll("+", "%2B"));
  return { key: said.get("key"), account: said.get("account") ?? "default", limits: said.getAll("limit") };
}
