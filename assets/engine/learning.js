// Learns from the headlines that a person finished. headline/generator/learning.py explains it.

import { isBlocked } from "./blocklist.js";
import { MOST, Personal } from "./personal.js";
import { END } from "./vocabulary.js";

const RATE = 0.1; // of the step of gradient ascent
const LEAST = 1e-9; // probability of a word that nothing knows

export class Learner {
  constructor(model, vocabulary, nextWords, lexicon, blocked) {
    Object.assign(this, { model, vocabulary, nextWords, lexicon, blocked });
  }

  /** The Personal of somebody who finished some headlines, in the order of time, after those of `before`. */
  learn(headlines, before = null) {
    const finished = before ? [...before.finished] : [];
    let shift = before?.nextWords.shift ?? new Float32Array(this.model.network.embedding.columns);
    for (const headline of headlines) {
      const typed = this.vocabulary.splitTyped(headline + " ");
      const { base, gradient } = this.#read(typed, shift);
      finished.push({ keys: typed.keys, forms: this.#newWords(typed), base });
      shift = shift.map((x, i) => x + RATE * gradient[i]);
    }
    return new Personal(finished.slice(-MOST), this.nextWords.shifted(shift));
  }

  /** The words of a headline that the vocabulary lacks, as they are written there: key -> form. */
  #newWords(typed) {
    const { tokenizer, stoi } = this.vocabulary;
    const forms = typed.words.map((word) => [tokenizer.key(word), tokenizer.spelling(word)]);
    return new Map(forms.filter(([key]) => !stoi.has(key) && !isBlocked(key, this.blocked)));
  }

  /**
   * The probability of each word of a headline and of its end, and the gradient of the sum of their logarithms:
   * Eᵀ Σ (1[w] - p) / T over the words that the vocabulary has.
   */
  #read(typed, shift) {
    const { model, vocabulary } = this, keys = [...typed.keys, END];
    const windows = keys.map((_, at) => this.nextWords.window(typed.context.slice(0, at)));
    const outputs = windows.map((ids) => model.network.output(this.nextWords.state(ids)).values.map((x, i) => x + shift[i]));
    const p = model.exactly(outputs), ids = keys.map((key) => vocabulary.stoi.get(key));
    const weights = new Float64Array(vocabulary.size); // of each word's vector in the gradient
    p.forEach((row, at) => {
      if (ids[at] === undefined) return;
      for (let i = 0; i < row.length; i++) weights[i] -= row[i];
      weights[ids[at]] += 1;
    });
    const base = keys.map((key, at) => this.#probability(key, ids[at], model.mixed(p[at], windows[at]).values));
    return { base: base.map((one) => Math.max(one, LEAST)), gradient: this.#weighted(weights) };
  }

  /** The sum of all words' vectors by weights, over the temperature: Float64Array (E,). */
  #weighted(weights) {
    const { network, temperature } = this.model, row = new Float32Array(network.out.length);
    const sum = new Float64Array(row.length);
    for (let i = 0; i < weights.length; i++) {
      network.embedding.readRow(i, row);
      for (let c = 0; c < row.length; c++) sum[c] += (weights[i] * row[c]) / temperature;
    }
    return sum;
  }

  #probability(key, i, p) {
    return p[i ?? this.vocabulary.unk] * (i === undefined ? this.lexicon.share(key) : 1);
  }
}
