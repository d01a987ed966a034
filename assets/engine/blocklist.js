// Words that are never suggested. Anybody may still type them.

/**
 * Whether a word or a part of a compound is blocked; a plural or genitive counts as the word. `blocked` is a Set; behind a
 * = it has words that are blocked alone.
 */
export function isBlocked(word, blocked) {
  if (blocked.has("=" + word)) return true;
  const parts = [word, ...word.replaceAll("'", "-").split("-")];
  return parts.some((part) => blocked.has(part) || (part.endsWith("s") && blocked.has(part.slice(0, -1))));
}
