// Classes of words that are used alike: the context says which class comes, and so which words of the general list. The rules are
// those of headline/generator/words/word_classes.py.

export const CLASSES = 90; // and that number for a word of which none is known
const POWER = 0.75, LEAST = 1e-4;

export class WordClasses {
  /**
   * `ofIds` has the class of each id: Uint8Array (V,); `counts` how often each occurs; `shares` those of all words of the list
   * by class: Float64Array (CLASSES + 1,).
   */
  constructor(ofIds, counts, shares) {
    Object.assign(this, { ofIds, shares, usual: byClass(ofIds, counts), last: null });
  }

  /**
   * The factor of the share of a word of each class, and last of words of no class: Float64Array (CLASSES + 1,). Shares times
   * factors sum to 1. `follows` is a NextWord: every letter of a word asks for the same one.
   */
  factors(follows) {
    if (this.last?.follows !== follows) this.last = { follows, factors: this.#factors(follows.words) };
    return this.last.factors;
  }

  #factors(words) {
    const here = byClass(this.ofIds, words), factors = new Float64Array(CLASSES + 1).fill(1);
    if (here.some((share) => share > 0) && this.usual.some((share) => share > 0)) {
      for (let c = 0; c < CLASSES; c++) factors[c] = ((here[c] + LEAST) / (this.usual[c] + LEAST)) ** POWER;
    }
    const sum = Math.max(this.shares.reduce((all, share, c) => all + share * factors[c], 0), 1e-30);
    return factors.map((factor) => factor / sum);
  }
}

/** The share of each class among what has one: Float64Array (CLASSES,). */
function byClass(ofIds, weights) {
  const sums = new Float64Array(CLASSES + 1);
  for (let i = 0; i < ofIds.length; i++) sums[ofIds[i]] += weights[i];
  const classes = sums.subarray(0, CLASSES), sum = Math.max(classes.reduce((a, b) => a + b, 0), 1e-30);
  return classes.map((share) => share / sum);
}
