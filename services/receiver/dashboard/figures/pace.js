// How far a window's time has gone, against how much of the limit is used (pure).

/** Percentage points within which use and time are called even: readings come every few minutes, in whole per cent. */
const EVEN = 5;

/**
 * For a view that has a level, a reset ahead of `read` and a known length: `{passed, time, pace}`, the share of the
 * window's time that had passed when it was read, in per cent and in words, and words that compare it with the level.
 */
export function paceOf(view, read) {
  if (view.level === undefined || view.resetsAt === undefined || !view.opensAt) return {};
  const passed = (100 * (read - view.opensAt(view.resetsAt))) / (view.resetsAt - view.opensAt(view.resetsAt));
  if (!(passed >= 0 && passed <= 100)) return {};
  return { passed, time: `${Math.floor(passed)} % of the time passed`, pace: compared(view.level - passed) };
}

function compared(ahead) {
  if (Math.abs(ahead) < EVEN) return "use even with it";
  const points = `${Math.round(Math.abs(ahead))} points`;
  return ahead > 0 ? `use ${points} ahead` : `use ${points} behind`;
}
