// The newest report of a failed scrape.

import { Problem } from "../../asking/problem.js";

/** As the receiver lists it; null when there is none, or when it cannot be told now. */
export async function newestReport({ api }) {
  try {
    const { reports } = await api("reports?limit=1");
    return reports[0] ?? null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return null;
  }
}
