// Numbers of things in words (pure).

/** "1 reading", "16,477 readings": a version holds one of each limit. */
export function recorded(total) {
  return total === 1 ? "1 reading" : `${total.toLocaleString("en")} readings`;
}
