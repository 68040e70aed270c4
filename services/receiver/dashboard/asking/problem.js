// Why there is no answer, in words for the person in front of the page.

/**
 * `message` is a whole sentence or two; `status` is the answer's, 0 when there was none; `code` is the receiver's
 * word for it (`NOT_FOUND`, `AUTH_FORBIDDEN`), "" when it said none.
 */
export class Problem extends Error {
  constructor(message, status = 0, code = "") {
    super(message);
    this.name = "Problem";
    this.status = status;
    this.code = code;
  }
}

/** The problem that a refused request tells of: problem details, the origin's form, or something else's page. */
export function problemOf(status, body) {
  const said = [body?.detail ?? body?.message, body?.suggestion].filter((words) => typeof words === "string" && words);
  return new Problem(said.join(" ") || `The receiver answers ${status}.`, status, body?.code ?? body?.errorCode ?? "");
}
