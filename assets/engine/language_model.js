// Probabilities of the next word: the LSTM mixed with the n-grams (linear interpolation, Jelinek & Mercer 1980).
//
//   p(w) = a softmax(z / T)(w) + (1 - a) p_ngram(w)

import { Network } from "./network.js";
import { Softmax } from "./softmax.js";

export class LanguageModel {
  /** `meta` is checkpoint.json; `ngrams` are NGrams or null; `start` is the id of <s>. */
  constructor(kernels, meta, weights, ngrams, start) {
    this.ngrams = ngrams;
    this.lstmWeight = ngrams ? meta.mixture?.lstm_weight ?? 1 : 1;
    this.words = meta.model.vocab_size;
    this.network = new Network(kernels, meta.model, weights);
    if (this.lstmWeight > 0) {
      this.softmax = new Softmax(kernels, this.network.embedding, this.network.bias, meta.mixture?.temperature ?? 1);
    }
    this.first = start;
  }

  /** The state before the first word of a headline. */
  start() {
    return this.network.step(this.network.start(), this.first);
  }

  step(state, id) {
    return this.network.step(state, id);
  }

  /** The probability of each next word after a state and the `ids` that led to it: a new Float32Array (V,). */
  probabilities(state, ids) {
    const a = this.lstmWeight;
    const p = a > 0 ? this.softmax.of(this.network.output(state)) : new Float32Array(this.words);
    if (!this.ngrams) return p;
    if (a !== 1) for (let i = 0; i < p.length; i++) p[i] *= a;
    this.ngrams.addTo(p, [this.first, ...ids], 1 - a);
    return p;
  }
}
