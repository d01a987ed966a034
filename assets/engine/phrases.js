// Several words at once: what carries on after a word, and the openings of headlines.

export const LIKELIER_THAN_NOT = 0.5; // probability above which words carry on a suggestion
const WORDS = 3; // that carry on, at most
const SECOND_WORDS = 4; // that are tried for an opening
const OPENINGS = 12; // at most

/**
 * The ids that follow a beginning while all of them together are likelier than not. `look(ids)` returns {best, end}, the
 * most probable words after some ids.
 */
export function carriedOn(begun, look) {
  const added = [];
  for (let probability = 1; added.length < WORDS; ) {
    const row = [...begun, ...added];
    const [i, p] = look(row).best[0];
    probability *= p;
    if (!(probability > LIKELIER_THAN_NOT) || i === row.at(-1)) break;
    added.push(i);
  }
  return added;
}

/**
 * Ids that make an opening of each of the most probable first words: Map by its id. Of a word's most probable second
 * words, the one with the largest product of its probability and the entropy of the word after it is taken.
 */
export function openings(nextWords) {
  const found = new Map();
  for (const [first, p] of nextWords.after([]).best(OPENINGS)) {
    const { best, end } = nextWords.after([first]).likeliest;
    const seconds = best.slice(0, SECOND_WORDS).filter(([i, q]) => q > end && i !== first);
    if (!(p > 0) || !seconds.length) continue;
    const worth = seconds.map(([i, q]) => q * entropy(nextWords.after([first, i]).words));
    found.set(first, [seconds[worth.indexOf(Math.max(...worth))][0]]);
  }
  return found;
}

/** The entropy of probabilities that are made to sum to 1, in nats. */
function entropy(p) {
  let sum = 0, nats = 0;
  for (let i = 0; i < p.length; i++) if (p[i] > 0) sum += p[i];
  for (let i = 0; i < p.length; i++) if (p[i] > 0) nats -= (p[i] / sum) * Math.log(p[i] / sum);
  return nats;
}
