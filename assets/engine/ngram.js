// Word n-gram models, read as they are stored (docs/checkpoint.md), and their mean.
//
//   p(w | context) = share(context, w) + left(context) p(w | context without its first word)

import { Reals } from "./float16.js";
import { Sums } from "./sums.js";

/** One model: a tree of contexts, read from the first word of a context down. */
class NGram {
  /** `stored(name)` returns a tensor of this model, or undefined. */
  constructor(kernels, stored) {
    const unigrams = new Reals(stored("unigrams")).all();
    this.kernels = kernels;
    this.unigrams = kernels.vector(unigrams.length);
    this.unigrams.values.set(unigrams);
    this.orders = []; // for the n-grams of 2 words, of 3 words, …
    for (let n = 2; stored(`${n}.words`); n++) {
      this.orders.push({
        words: stored(`${n}.words`).values, // last word of each n-gram
        shares: new Reals(stored(`${n}.shares`)), // its discounted probability
        left: new Reals(stored(`${n}.left`)), // probability that each context leaves to the shorter one
        first: new Sums(stored(`${n}.children`).values), // where the n-grams of each context begin
      });
    }
  }

  /** p becomes `own` p + `weight` times the probability of every word after some ids. `p` is a Vector (V,). */
  mixInto(p, own, context, weight) {
    let scale = weight;
    const found = [];
    for (let begin = Math.max(0, context.length - this.orders.length); begin < context.length; begin++) {
      const k = context.length - begin - 1, place = this.#find(context, begin);
      if (place < 0) continue;
      const { first, left } = this.orders[k], [from, to] = first.slice(place);
      if (from === to) continue;
      found.push([k, from, to, scale]);
      scale *= left.at(place);
    }
    this.kernels.mix(p, own, this.unigrams, scale);
    const { values } = p;
    for (const [k, from, to, by] of found) {
      const { words, shares } = this.orders[k], those = shares.slice(from, to);
      for (let i = from; i < to; i++) values[words[i]] += those[i - from] * by;
    }
  }

  /** The discounted probability of the word that most often follows each word, 0 where none does: Float32Array (V,). */
  strongest() {
    const found = new Float32Array(this.unigrams.length);
    if (!this.orders.length) return found;
    const [{ shares, first }] = this.orders, all = shares.all();
    for (let word = 0, i = 0; word < found.length; word++) {
      for (const to = i + first.lengths[word]; i < to; i++) if (all[i] > found[word]) found[word] = all[i];
    }
    return found;
  }

  /** The index of the context from `begin` on among the n-grams of its order, -1 if it is not there. */
  #find(context, begin) {
    let place = context[begin];
    for (let k = 0; begin + k + 1 < context.length; k++) {
      const { words, first } = this.orders[k];
      const word = context[begin + k + 1], [from, end] = first.slice(place);
      let at = from;
      for (let to = end; at < to; ) {
        const middle = (at + to) >> 1;
        if (words[middle] < word) at = middle + 1;
        else to = middle;
      }
      if (at >= end || words[at] !== word) return -1;
      place = at;
    }
    return place;
  }
}

/** The weighted mean of up to eight models. */
export class NGrams {
  /** The n-grams among the tensors of memory.safetensors; null if it has none. */
  static read(kernels, tensors) {
    if (!tensors.has("unigrams")) return null;
    const weights = tensors.get("weights")?.values ?? [1];
    return new NGrams([...weights].map((_, i) => new NGram(kernels, (name) => tensors.get(i ? `${i}:${name}` : name))), weights);
  }

  constructor(parts, weights) {
    this.parts = parts;
    this.weights = weights;
  }

  /** p becomes `own` p + `weight` times the probability of every word after some ids. `p` is a Vector (V,). */
  mixInto(p, own, context, weight) {
    this.parts.forEach((part, i) => part.mixInto(p, i ? 1 : own, context, weight * this.weights[i]));
  }

  /** The same as a part's, the highest of all parts. */
  strongest() {
    const [first, ...others] = this.parts.map((part) => part.strongest());
    return first.map((share, i) => Math.max(share, ...others.map((other) => other[i])));
  }
}
