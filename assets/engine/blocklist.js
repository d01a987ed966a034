// Words that are never suggested. Anybody may still type them.

/** Whether a word or a part of a compound is blocked; a plural or genitive counts as the word. */
export function isBlocked(word, blocked) {
  const parts = [word, ...word.replaceAll("'", "-").split("-")];
  return parts.some((part) => blocked.has(part) || (part.endsWith("s") && blocked.has(part.slice(0, -1))));
}
