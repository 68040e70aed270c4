// The page's address (pure): which view is shown, of which account, and what the view was asked for.
//   #/past?account=work&range=7d

export const VIEWS = ["now", "past", "resets", "ahead", "accounts"];

const ACCOUNT = /^[a-z0-9][a-z0-9_-]{0,31}$/;

/**
 * What a hash says: `{view, account, parameters, strange}`; the first view when it says none, null for no account, and in `strange`
 * the name of a view that there is not, or "".
 */
export function read(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const parameters = new URLSearchParams(query);
  const account = parameters.get("account");
  parameters.delete("account");
  return {
    view: VIEWS.includes(path) ? path : VIEWS[0],
    account: ACCOUNT.test(account ?? "") ? account : null,
    parameters,
    strange: path === "" || VIEWS.includes(path) ? "" : path,
  };
}

/** The hash of a view of an account, with what else it is asked for: an object or URLSearchParams. */
export function write(view, account, parameters = {}) {
  const said = new URLSearchParams(parameters);
  for (const [name, value] of [...said]) if (value === "" || value === "undefined") said.delete(name);
  const query = new URLSearchParams([...(account ? [["account", account]] : []), ...said]).toString();
  return `#/${view}${query && `?${query}`}`;
}
