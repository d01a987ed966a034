// The distributions of next words, cached by the words that were read.

import { Recent } from "./recent.js";
import { top } from "./top.js";

const STATE_BYTES = 4 * 2 ** 20; // of cached states; at least 8 of them
const BYTES = 6 * 2 ** 20; // of cached distributions; at least 8 of them
const SHIFTED_BYTES = 2 * 2 ** 20; // of one person's
const LIKELIEST_KEPT = 4096; // most probable words, after words that may be written next
export const REMEMBERED = 16; // most probable words of a distribution: every letter asks for them again

/** The distribution of the next word. */
export class NextWord {
  #best = null;

  /**
   * `words`: probabilities (V,), given that no mark comes, 0 for ids that are never suggested; `unknown` and `end` have
   * theirs apart, and so have the words outside the vocabulary that the person wrote: key -> probability. `marks` has
   * the probability of each of the vocabulary's marks.
   */
  constructor(words, unknown, end, marks, unlisted = new Map()) {
    Object.assign(this, { words, unknown, end, marks, unlisted });
  }

  /** [id, probability] of the k most probable words, the most probable first. */
  best(k) {
    if (k > REMEMBERED) return this.#top(k);
    this.#best ??= this.#top(REMEMBERED);
    return this.#best.slice(0, k);
  }

  #top(k) {
    return top(this.words, k).map((i) => [i, this.words[i]]);
  }

  /** The same, in memory of its own. */
  kept() {
    return new NextWord(this.words.slice(), this.unknown, this.end, this.marks, this.unlisted);
  }

  /** All that a phrase needs of a distribution, in a hundredth of the memory. */
  get likeliest() {
    return { best: this.best(REMEMBERED), end: this.end, marks: this.marks };
  }
}

export class NextWords {
  /** `suppressed` is a Set of ids that get the probability 0; `config` is the object `model` of checkpoint.json. */
  constructor(model, vocabulary, suppressed, config) {
    Object.assign(this, { model, vocabulary, suppressed, config });
    this.first = model.start();
    this.states = new Recent(Math.max(8, Math.floor(STATE_BYTES / (8 * config.units * config.layers))));
    this.#keep(BYTES);
  }

  #keep(bytes) {
    this.distributions = new Recent(Math.max(8, Math.floor(bytes / (4 * this.vocabulary.size))));
    this.known = new Recent(LIKELIEST_KEPT);
  }

  /** The same with a vector added to the input of the softmax layer: Float32Array (E,). The states are shared. */
  shifted(shift) {
    const other = new NextWords(this.model, this.vocabulary, this.suppressed, this.config);
    other.shift = shift;
    other.states = this.states;
    other.#keep(SHIFTED_BYTES);
    return other;
  }

  /** The distribution of the next word after some ids: NextWord. Marks are apart and the rest is renormalised. */
  after(context) {
    const ids = this.window(context), key = ids.join();
    let found = this.distributions.get(key);
    if (!found) {
      found = this.#compute(ids).kept();
      this.distributions.put(key, found);
    }
    return found;
  }

  /** The most probable next words after the ids of a window: {best, end, marks}. */
  likeliestAfter(ids) {
    const key = ids.join();
    let found = this.known.get(key);
    if (!found) {
      found = (this.distributions.get(key) ?? this.#compute(ids)).likeliest;
      this.known.put(key, found);
    }
    return found;
  }

  /** A NextWord whose words the next call overwrites. */
  #compute(ids) {
    const { model, vocabulary } = this;
    const p = model.probabilities(this.state(ids), ids, this.shift), words = p.values;
    const marks = vocabulary.marks.map((i) => words[i]);
    if (marks.length) model.kernels.mix(p, 1 / Math.max(1 - marks.reduce((a, b) => a + b, 0), 1e-6), p, 0);
    const [unknown, end] = [words[vocabulary.unk], words[vocabulary.end]];
    for (const i of this.suppressed) words[i] = 0;
    return new NextWord(words, unknown, end, marks);
  }

  /** The network's state after some ids, starting from the longest cached beginning. */
  state(ids) {
    let done = ids.length, state;
    while (done && !(state = this.states.get(ids.slice(0, done).join()))) done--;
    state ??= this.first;
    for (let i = done; i < ids.length; i++) {
      state = this.model.step(state, ids[i]);
      this.states.put(ids.slice(0, i + 1).join(), state);
    }
    return state;
  }

  /**
   * The last ids of a text, those that the network reads: one to two rows, starting at a multiple of a row, so that the
   * window moves, and the cached states are lost, only once per row.
   */
  window(context) {
    const size = this.config.block_size;
    return context.slice(Math.max(0, Math.floor(context.length / size) - 1) * size);
  }
}
