// Stretches of time (pure): `{from, to}` in milliseconds since 1970, `from` belongs to it, `to` does not.

/** What of a span lies within a range; null when nothing does. */
export function within(span, range) {
  const from = Math.max(span.from, range.from);
  const to = Math.min(span.to, range.to);
  return from < to ? { from, to } : null;
}

/** Spans in order of time, those that touch or overlap made one. */
export function merged(spans) {
  const made = [];
  for (const span of [...spans].sort((one, other) => one.from - other.from)) {
    const last = made.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else made.push({ from: span.from, to: span.to });
  }
  return made;
}

/** What of a span lies in none of `others`, which are merged. */
export function without(span, others) {
  const left = [];
  let from = span.from;
  for (let i = firstEndingAfter(others, from); i < others.length && others[i].from < span.to; i += 1) {
    if (others[i].from > from) left.push({ from, to: others[i].from });
    from = others[i].to;
  }
  if (from < span.to) left.push({ from, to: span.to });
  return left;
}

/** The span of merged ones in which a moment lies, or undefined. */
export function spanAt(spans, at) {
  const found = spans[firstEndingAfter(spans, at)];
  return found && found.from <= at ? found : undefined;
}

/** How long spans are within a range, all together; they are merged. */
export function lengthWithin(spans, range) {
  let length = 0;
  for (let i = firstEndingAfter(spans, range.from); i < spans.length && spans[i].from < range.to; i += 1) {
    length += Math.min(spans[i].to, range.to) - Math.max(spans[i].from, range.from);
  }
  return length;
}

/** The place of the first of merged spans that ends after a moment. */
export function firstEndingAfter(spans, at) {
  return lowest(spans.length, (i) => spans[i].to > at);
}

/** The lowest number below `count` for which something holds that goes on to hold; `count` when for none. */
export function lowest(count, holds) {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
