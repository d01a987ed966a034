// The k best of many scores, found without sorting all of them.

const BLOCKS = 4, LEAST_BLOCKS = 256; // times k, at least: the more blocks, the fewer scores are left to compare

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

// The k-th highest of the blocks' maxima is not above the k-th highest score, so few blocks have to be looked into.
function atLeastKth(scores, k) {
  if (k <= 0) return [];
  const size = Math.floor(scores.length / Math.max(LEAST_BLOCKS, BLOCKS * k));
  if (size < 2) return indicesFrom(scores, kthOf(scores.slice(), k), 0, scores.length, []);
  const maxima = maximaOf(scores, size), least = kthOf(maxima.slice(), k), candidates = [];
  maxima.forEach((largest, n) => {
    if (largest >= least) indicesFrom(scores, least, n * size, Math.min(scores.length, (n + 1) * size), candidates);
  });
  const kth = kthOf(Float64Array.from(candidates, (i) => scores[i]), k);
  return candidates.filter((i) => scores[i] >= kth);
}

/** The maximum of each block of `size` scores. */
function maximaOf(scores, size) {
  const maxima = new Float64Array(Math.ceil(scores.length / size));
  for (let n = 0, at = 0; n < maxima.length; n++) {
    let largest = scores[at++];
    for (const end = Math.min(scores.length, (n + 1) * size); at < end; at++) if (scores[at] > largest) largest = scores[at];
    maxima[n] = largest;
  }
  return maxima;
}

/** The k-th highest number, by Hoare's selection (1961, "Algorithm 65: Find"); the typed array is reordered. */
function kthOf(numbers, k) {
  const at = numbers.length - k;
  for (let from = 0, to = numbers.length - 1; from < to; ) {
    const pivot = numbers[(from + to) >> 1];
    let i = from, j = to;
    while (i <= j) {
      while (numbers[i] < pivot) i++;
      while (numbers[j] > pivot) j--;
      if (i > j) break;
      [numbers[i], numbers[j]] = [numbers[j], numbers[i]];
      i++;
      j--;
    }
    if (at <= j) to = j;
    else if (at >= i) from = i;
    else break;
  }
  return numbers[at];
}

function indicesFrom(scores, least, from, to, found) {
  for (let i = from; i < to; i++) if (scores[i] >= least) found.push(i);
  return found;
}
