// Probabilities of the next word: the LSTM mixed with the n-grams (linear interpolation, Jelinek & Mercer 1980).
//
//   p(w) = a softmax(z / T)(w) + (1 - a) p_ngram(w)

export class LanguageModel {
  /** `meta` is checkpoint.json; `softmax` is null where the network has no weight; `ngrams` may be null; `start` is the id of <s>. */
  constructor(meta, network, softmax, ngrams, start) {
    Object.assign(this, { network, softmax, ngrams, first: start });
    this.lstmWeight = ngrams ? meta.mixture?.lstm_weight ?? 1 : 1;
    this.words = meta.model.vocab_size;
    this.kernels = network.out.kernels;
  }

  get temperature() {
    return this.softmax.temperature;
  }

  /** The state before the first word of a headline. */
  start() {
    return this.network.step(this.network.start(), this.first);
  }

  step(state, id) {
    return this.network.step(state, id);
  }

  /**
   * The probability of each next word after a state and the `ids` that led to it: Vector (V,), which the next call
   * overwrites. `shift` is added to the input of the softmax layer.
   */
  probabilities(state, ids, shift = null) {
    if (!this.softmax) return this.mixed(new Float32Array(this.words), ids);
    const output = this.network.output(state);
    if (shift) for (let i = 0, x = output.values; i < x.length; i++) x[i] += shift[i];
    return this.#mix(this.softmax.of(output), ids);
  }

  /** The network's exact probabilities from several inputs of the softmax layer, (E,) each: Float32Arrays (V,). */
  exactly(outputs) {
    return this.softmax ? this.softmax.exactly(outputs) : outputs.map(() => new Float32Array(this.words));
  }

  /** The network's probabilities, Float32Array (V,), mixed with those of the n-grams: Vector (V,), which the next call overwrites. */
  mixed(p, ids) {
    this.given ??= this.kernels.vector(this.words);
    this.given.values.set(p);
    return this.#mix(this.given, ids);
  }

  #mix(p, ids) {
    this.ngrams?.mixInto(p, this.lstmWeight, [this.first, ...ids], 1 - this.lstmWeight);
    return p;
  }
}
