// Numbers of things in words (pure).

/** "1 version", "16,477 versions". */
export function recorded(total) {
  return total === 1 ? "1 version" : `${total.toLocaleString("en")} versions`;
}
