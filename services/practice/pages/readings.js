// From the JSON, in whichever shape it has, to what each row needs. A section that does not fit is left out.

const WINDOWS = { session: "five_hour", weekly: "seven_day", sonnet: "seven_day_sonnet" };

function reading(percent, resetsAt) {
  if (typeof percent !== "number") return undefined;
  return { percent, resetsAt: resetsAt ? new Date(resetsAt) : null };
}

function rowOf(limit) {
  if (limit.kind === "session") return "session";
  if (limit.kind === "weekly_all") return "weekly";
  return limit.scope?.model?.display_name?.toLowerCase();
}

function fromLimits(limits) {
  const rows = limits.map((limit) => [rowOf(limit), reading(limit.percent, limit.resets_at)]);
  return Object.fromEntries(rows.filter(([row, found]) => row && found));
}

function fromWindows(usage) {
  const rows = Object.entries(WINDOWS).map(([row, key]) => [
    row,
    reading(usage[key]?.utilization, usage[key]?.resets_at),
  ]);
  return Object.fromEntries(rows.filter(([, found]) => found));
}

function credits(usage, spendLimit) {
  if (typeof usage.spend?.used?.amount_minor === "number") {
    const { used, limit, percent } = usage.spend;
    return { percent, used: used.amount_minor, limit: limit?.amount_minor, currency: used.currency };
  }
  const extra = usage.extra_usage;
  if (typeof extra?.used_credits === "number") {
    const { utilization, used_credits, monthly_limit, currency } = extra;
    return { percent: utilization, used: used_credits, limit: monthly_limit, currency };
  }
  if (spendLimit?.is_enabled) {
    const { used_credits, monthly_credit_limit, currency } = spendLimit;
    return { percent: extra?.utilization, used: used_credits, limit: monthly_credit_limit, currency };
  }
  return undefined;
}

export function readings({ usage, spendLimit }) {
  const rows = usage.limits ? fromLimits(usage.limits) : fromWindows(usage);
  return { ...rows, credits: credits(usage, spendLimit) };
}
