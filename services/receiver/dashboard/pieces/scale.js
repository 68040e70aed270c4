// Scales of drawings (pure): a value to its place in pixels, to a tenth, and back.

/** A scale from one stretch of numbers to another: `at(value)`, `back(place)`. */
export function scaled([low, high], [first, last]) {
  const ratio = (last - first) / (high - low || 1);
  return {
    at: (value) => Math.round((first + (value - low) * ratio) * 10) / 10,
    back: (place) => low + (place - first) / ratio,
  };
}
