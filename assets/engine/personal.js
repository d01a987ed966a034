// What a person wrote before: a small n-gram model of their headlines, with the language model under it. The formula and
// its source are in headline/generator/personal.py.

import { END, START } from "./vocabulary.js";

const ORDER = 3; // words
export const MOST = 200; // headlines: of more, the last ones
const DISCOUNTS = [0.7, 0.9, 0.9]; // by the number of words in the context
const STRENGTH = 10; // in words, of a context of one word or more
// In words, of the language model against single words: one of these is fitted.
const STRENGTHS = [800, 1600, 3200, 6400, 12800];
const PRIOR_STRENGTH = 3200; // while there is little to fit it on
const FITTED_ON = 25, LEAST_FITTED_ON = 5; // the last headlines

/** The n-gram model of one person. It never changes. */
export class Personal {
  /**
   * `finished`: {keys, forms, base} of each headline in the order of time: the keys of its words and marks; a Map of how
   * the words that the vocabulary lacks are written; the language model's probability of each key and of the end.
   * `nextWords` are the language model's, as this person shifted them.
   */
  constructor(finished, nextWords) {
    this.finished = finished;
    this.nextWords = nextWords;
    this.forms = new Map(finished.flatMap((one) => [...one.forms]));
    this.counts = new Counts();
    const first = Math.max(LEAST_FITTED_ON, finished.length - FITTED_ON), nats = STRENGTHS.map(() => 0);
    finished.forEach(({ keys, base }, number) => {
      if (number >= first) {
        [...keys, END].forEach((key, at) => {
          const p = this.counts.probabilities(key, keys.slice(0, at), base[at]);
          p.forEach((one, i) => (nats[i] -= Math.log(one)));
        });
      }
      this.counts.add(keys);
    });
    this.strength = first < finished.length ? STRENGTHS[nats.indexOf(Math.min(...nats))] : PRIOR_STRENGTH;
  }

  /**
   * What is added to the language model after the keys of a text's words and marks: {words: key -> share, left}, where
   * p(w) = words(w) + left · p_0(w).
   */
  after(keys) {
    const words = new Map();
    let left = 1;
    for (const [n, { counts, total }] of this.counts.after(keys)) {
      const strength = n ? STRENGTH : this.strength, scale = left / (total + strength);
      for (const [word, count] of counts) words.set(word, (words.get(word) ?? 0) + scale * (count - DISCOUNTS[n]));
      left = scale * (strength + DISCOUNTS[n] * counts.size);
    }
    return { words, left };
  }
}

/** How often each word came after each context of up to ORDER - 1 words. */
class Counts {
  #contexts = new Map(); // joined keys -> {counts: key -> number, total}

  add(keys) {
    const read = [START];
    for (const key of [...keys, END]) {
      for (let n = 0; n < Math.min(ORDER, read.length + 1); n++) this.#count(joined(read.slice(read.length - n)), key);
      read.push(key);
    }
  }

  #count(context, key) {
    const found = this.#contexts.get(context) ?? { counts: new Map(), total: 0 };
    found.counts.set(key, (found.counts.get(key) ?? 0) + 1);
    found.total += 1;
    this.#contexts.set(context, found);
  }

  /** [length, {counts, total}] of each context at the end of a text that has been counted, the longest first. */
  *after(keys) {
    const context = [START, ...keys].slice(1 - ORDER);
    for (let n = context.length; n >= 0; n--) {
      const found = this.#contexts.get(joined(context.slice(context.length - n)));
      if (found) yield [n, found];
    }
  }

  /** The probability of one word after a text for each of STRENGTHS. */
  probabilities(key, keys, base) {
    let found = 0, left = 1, p = STRENGTHS.map(() => base);
    for (const [n, { counts, total }] of this.after(keys)) {
      const count = Math.max(0, (counts.get(key) ?? 0) - DISCOUNTS[n]);
      if (n) {
        found += (left * count) / (total + STRENGTH);
        left *= (STRENGTH + DISCOUNTS[n] * counts.size) / (total + STRENGTH);
      } else p = STRENGTHS.map((s) => (count + (s + DISCOUNTS[0] * counts.size) * base) / (total + s));
    }
    return p.map((one) => found + left * one);
  }
}

const joined = (keys) => keys.join("\n");
