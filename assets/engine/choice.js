// A suggestion before it is written, and which of several are chosen. The rules are those of headline/generator/words/choice.py.

/** A suggestion before it is written: words and marks by id, or one word outside the vocabulary. */
export function choice(probability, { ids = [], word = "", corrects = false, after = null } = {}) {
  return { probability, ids, word, corrects, after, more: [] };
}

export const likeliestFirst = (a, b) => b.probability - a.probability;

/**
 * `k` choices in their order: the most probable ones, but of next words those that are worth most. `worths` says what each
 * next word is worth to whom it comes right, and 0 for any other choice. The places of next words among the `k` most probable
 * go to the most probable next word, and to those with the largest product of probability and worth.
 */
export function worthMost(choices, k, worths) {
  const nextWords = [...choices.keys()].filter((n) => worths[n]), places = nextWords.filter((n) => n < k).length;
  const expected = (n) => choices[n].probability * worths[n];
  const best = nextWords.slice(1).sort((a, b) => expected(b) - expected(a)).slice(0, Math.max(0, places - 1));
  const kept = new Set(places ? [nextWords[0], ...best] : []);
  return choices.filter((_, n) => (worths[n] ? kept.has(n) : n < k));
}
