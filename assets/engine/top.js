// The k best of many scores, found without sorting all of them.

const GROUPS = 4; // times k: the more groups, the fewer scores are left to compare

/** Indices of the k highest scores, the highest first, ties in order: at most k. */
export function top(scores, k) {
  if (k <= 0) return [];
  const best = atLeastKth(scores, Math.min(k, scores.length));
  return best.sort((a, b) => scores[b] - scores[a] || a - b).slice(0, k);
}

/** Indices of the k highest scores in rising order, and of all that tie with the last. */
export function topSet(scores, k) {
  return atLeastKth(scores, Math.min(k, scores.length));
}

// The k-th highest of the maxima of groups is not above the k-th highest score, so few scores have to be compared.
function atLeastKth(scores, k) {
  if (k <= 0) return [];
  const groups = GROUPS * k, size = Math.floor(scores.length / groups);
  let candidates = null;
  if (size > 1) {
    const maxima = scores.slice(0, groups);
    for (let at = groups, i = 0; at < groups * size; at++, i = i + 1 === groups ? 0 : i + 1) {
      if (scores[at] > maxima[i]) maxima[i] = scores[at];
    }
    candidates = indicesFrom(scores, kthOf(maxima, k));
  }
  if (!candidates) return indicesFrom(scores, kthOf(scores.slice(), k));
  const kth = kthOf(Float64Array.from(candidates, (i) => scores[i]), k);
  return candidates.filter((i) => scores[i] >= kth);
}

/** The k-th highest number; the typed array is sorted. */
function kthOf(numbers, k) {
  numbers.sort();
  return numbers[numbers.length - k];
}

function indicesFrom(scores, least) {
  const found = [];
  for (let i = 0; i < scores.length; i++) if (scores[i] >= least) found.push(i);
  return found;
}
