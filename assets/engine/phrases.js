// Phrases: several next words at once, found by beam search.

/** The expected number of keys saved, compared with taking its words one by one. */
export const keysSaved = (phrase) => phrase.probability * (phrase.ids.length - 1);

/**
 * Phrases {ids, probability} of two to `words` words that begin with one of the given words, the most probable first.
 *
 * At each length the `width` most probable phrases continue, if they have the probability `continuedFrom`. None below
 * `minProbability` is found, and none that more probably ends before its last word. `look(ids)` returns {best, end}, the
 * most probable words after some ids. Of phrases where one begins the other, the one that saves more keys is kept.
 */
export function grow(begun, look, minProbability, continuedFrom, words = 4, width = 4) {
  let beams = [...begun].sort(likeliestFirst).slice(0, width);
  const found = [];
  for (let length = 1; length < words; length++) {
    const grown = [];
    for (const phrase of beams.filter((beam) => beam.probability >= Math.max(continuedFrom, minProbability))) {
      const { best, end } = look(phrase.ids);
      for (const [i, p] of best.slice(0, width)) {
        const probability = phrase.probability * p;
        if (probability < minProbability || p < end) break;
        if (i !== phrase.ids.at(-1)) grown.push({ ids: [...phrase.ids, i], probability });
      }
    }
    beams = grown.sort(likeliestFirst).slice(0, width);
    found.push(...beams);
  }
  const kept = [];
  for (const phrase of found.sort((a, b) => keysSaved(b) - keysSaved(a) || a.ids.length - b.ids.length)) {
    if (!kept.some((other) => oneBeginsOther(phrase.ids, other.ids))) kept.push(phrase);
  }
  return kept.sort(likeliestFirst);
}

function likeliestFirst(a, b) {
  if (a.probability !== b.probability) return b.probability - a.probability;
  const n = a.ids.findIndex((i, at) => i !== b.ids[at]);
  return n < 0 ? -1 : n >= b.ids.length ? 1 : a.ids[n] - b.ids[n];
}

function oneBeginsOther(a, b) {
  const n = Math.min(a.length, b.length);
  return a.slice(0, n).every((i, at) => i === b[at]);
}
