// Whether the receiver could store a snapshot now, which it tells everybody (pure but for the question).

import { Problem } from "./problem.js";
import { ask } from "./receiver.js";

const UNREADY = 503;
/** Keys that are not believed keep nobody from storing; the log tells of them. */
const NEEDED = ["store", "disk"];

/** Why nothing can be stored, in the receiver's words; "" when it can be, or when that is not known. */
export async function whyUnready(options) {
  try {
    const { body } = await ask("readyz", { ...options, taken: [UNREADY] });
    const said = NEEDED.map((name) => body.checks?.[name]).filter((words) => typeof words === "string" && words !== "ok");
    return said.join("; ");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return "";
  }
}
