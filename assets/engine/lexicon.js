// A general list of words that the vocabulary lacks, with their frequencies. headline/share/engine_files.py says how it is
// written: words in alphabetical order without what they have in common with the one before, and then the frequencies in
// hundredths of a power of ten.

import { firstFrom, startingWith } from "./sorted_words.js";
import { Recent } from "./recent.js";
import { top } from "./top.js";

const OF_ITS_LANGUAGE = 0.5; // share of a vocabulary's words that must be on the list, or the list is not used
const KEPT = 16;
const REMEMBERED = 512; // prefixes

export class Lexicon {
  #known = new Recent(REMEMBERED);

  /** The words of a list that a vocabulary lacks; none if its words are not English although its checkpoint says so. */
  static beyond(vocabulary, text) {
    const words = [], shares = [], forms = [];
    let known = 0;
    const lists = text.slice(text.indexOf("\n") + 1).split("\n\n"), powers = lists[1]?.split("\n") ?? [];
    const lines = powers.length ? lists[0].split("\n") : []; // a language may have no list
    let word = "";
    lines.forEach((line, i) => {
      const [rest, form] = line.split("\t");
      word = word.slice(0, rest.charCodeAt(0) - 65) + rest.slice(1);
      const listed = vocabulary.stoi.has(word);
      known += listed;
      words.push(word);
      forms.push(form ?? word);
      shares.push(listed ? 0 : 10 ** (Number(powers[i]) / 100));
    });
    const own = vocabulary.size - vocabulary.specials.length;
    const english = vocabulary.tokenizer.language.tag === "en";
    const used = vocabulary.unk !== undefined && (!english || known >= OF_ITS_LANGUAGE * own);
    return used ? new Lexicon(words, shares, forms) : new Lexicon([], [], []);
  }

  /** `words` by their keys in alphabetical order; `forms` how they are written. */
  constructor(words, shares, forms) {
    const sum = Math.max(shares.reduce((a, b) => a + b, 0), 1e-30);
    this.words = words;
    this.forms = forms;
    this.shares = Float64Array.from(shares, (share) => share / sum);
    this.sums = new Float64Array(words.length + 1);
    for (let i = 0; i < words.length; i++) this.sums[i + 1] = this.sums[i] + this.shares[i];
  }

  /** {words: [word, share] of the most frequent words with this prefix, mass: the share of all of them}. */
  startingWith(prefix, k) {
    let found = this.#known.get(prefix);
    if (!found) {
      found = this.#lookUp(prefix);
      this.#known.put(prefix, found);
    }
    return { words: found.words.slice(0, k), mass: found.mass };
  }

  /** The share of one word, 0 where it is not listed. */
  share(word) {
    const at = firstFrom(this.words, word, 0);
    return this.words[at] === word ? this.shares[at] : 0;
  }

  /** [word, share] of the most frequent word with this prefix, or null. */
  best(prefix) {
    const [from, to] = startingWith(this.words, prefix);
    let at = from;
    for (let i = from; i < to; i++) if (this.shares[i] > this.shares[at]) at = i;
    return from < to && this.shares[at] > 0 ? [this.forms[at], this.shares[at]] : null;
  }

  #lookUp(prefix) {
    const [from, to] = startingWith(this.words, prefix);
    const best = top(this.shares.subarray(from, to), KEPT).map((i) => from + i);
    return {
      words: best.filter((i) => this.shares[i] > 0).map((i) => [this.forms[i], this.shares[i]]),
      mass: this.sums[to] - this.sums[from],
    };
  }
}
