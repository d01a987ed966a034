// A general list of words that the vocabulary lacks, with their frequencies. headline/share/engine_files.py says how it is
// written: words in alphabetical order without what they have in common with the one before, then the frequencies in
// hundredths of a power of ten, and the classes of the words.

import { INITIALS, isBrief } from "./capitals.js";
import { WordsPacker } from "./packed_words.js";
import { Recent } from "./recent.js";
import { top } from "./top.js";
import { CLASSES, WordClasses } from "./word_classes.js";

const OF_ITS_LANGUAGE = 0.5; // share of a vocabulary's words that must be on the list, or the list is not used
const LONGEST_BRIEF = 2 * INITIALS; // UTF-16 units of a word that may be initials: a letter has one or two
const KEPT = 16;
const AMONG = 256; // words with a prefix, the most frequent ones, among which the context chooses
const REMEMBERED = 512; // prefixes
const NONE_IN_COMMON = 65; // the character that says so
const LEFT_OUT = 0xffff; // the power of a word that the vocabulary has
const CLASS_0 = 33; // the character that says so

export class Lexicon {
  #known = new Recent(REMEMBERED);

  /** The words of a list that a vocabulary lacks; none if its words are not English although its checkpoint says so. */
  static beyond(vocabulary, text) {
    const { keys, forms, powers, classes } = read(text), ofIds = new Uint8Array(vocabulary.size).fill(CLASSES);
    let known = 0;
    for (const [key, id] of vocabulary.stoi) {
      const at = keys.indexOf(key);
      if (at < 0) continue;
      known += 1;
      powers[at] = LEFT_OUT;
      ofIds[id] = classes[at];
    }
    const own = vocabulary.size - vocabulary.specials.length;
    const english = vocabulary.tokenizer.language.tag === "en";
    const used = vocabulary.unk !== undefined && (!english || known >= OF_ITS_LANGUAGE * own);
    if (!used) return new Lexicon(new WordsPacker().packed(), null, new Uint16Array(0), new Uint8Array(0));
    const lexicon = new Lexicon(keys, forms, powers, classes);
    if (ofIds.some((own) => own < CLASSES)) lexicon.inContext = new WordClasses(ofIds, vocabulary.counts, lexicon.#byClass());
    return lexicon;
  }

  /**
   * `keys` of the words in alphabetical order: PackedWords; `forms` how they are written, null if that is their keys;
   * `powers` their frequencies as -100 log10: Uint16Array; `classes` those of word_classes.js: Uint8Array.
   */
  constructor(keys, forms, powers, classes) {
    Object.assign(this, { keys, forms: forms ?? keys, powers, classes, inContext: null });
    const rarest = powers.reduce((most, power) => (power < LEFT_OUT ? Math.max(most, power) : most), 0);
    const frequencies = Float64Array.from({ length: rarest + 1 }, (_, power) => 10 ** (-power / 100));
    const sum = powers.reduce((all, power) => all + (frequencies[power] ?? 0), 0);
    this.shares = frequencies.map((frequency) => frequency / Math.max(sum, 1e-30)); // of a word by its power
  }

  /** The factors of the shares in a context, by class: see WordClasses; null without classes. `follows` is a NextWord. */
  factors(follows) {
    return this.inContext && this.inContext.factors(follows);
  }

  /** {words: [word, share] of the words with this prefix and the largest shares, mass: the share of all of them}. */
  startingWith(prefix, k, factors = null) {
    let begun = this.#known.get(prefix);
    if (!begun) {
      begun = this.#lookUp(prefix);
      this.#known.put(prefix, begun);
    }
    const shares = factors ? begun.shares.map((share, i) => share * factors[this.classes[begun.at[i]]]) : begun.shares;
    const best = top(shares, Math.min(k, KEPT)).filter((i) => shares[i] > 0);
    const mass = factors ? begun.byClass.reduce((sum, share, c) => sum + share * factors[c], 0) : begun.mass;
    return { words: best.map((i) => [this.forms.at(begun.at[i]), shares[i]]), mass };
  }

  /** The share of all words with this prefix that are short enough to be initials. */
  brief(prefix, factors = null) {
    const [from, to] = this.keys.startingWith(prefix);
    let sum = 0;
    for (let i = from; i < to; i++) {
      if (this.keys.unitsOf(i) <= LONGEST_BRIEF && isBrief(this.keys.at(i))) sum += this.#shareIn(i, factors);
    }
    return sum;
  }

  /** The share of one word, 0 where it is not listed. */
  share(word, factors = null) {
    const at = this.keys.indexOf(word);
    return at < 0 ? 0 : this.#shareIn(at, factors);
  }

  /** [word, share] of the most frequent word with this prefix, or null. */
  best(prefix) {
    const { powers } = this, [from, to] = this.keys.startingWith(prefix);
    let at = from;
    for (let i = from; i < to; i++) if (powers[i] < powers[at]) at = i;
    return from < to && powers[at] < LEFT_OUT ? [this.forms.at(at), this.#share(at)] : null;
  }

  #share(i) {
    return this.shares[this.powers[i]] ?? 0;
  }

  #shareIn(i, factors) {
    return this.#share(i) * (factors ? factors[this.classes[i]] : 1);
  }

  /** {at, shares}: places and shares of the most frequent words with a prefix; {byClass, mass}: the shares of all. */
  #lookUp(prefix) {
    const [from, to] = this.keys.startingWith(prefix);
    const all = Float64Array.from({ length: to - from }, (_, i) => this.#share(from + i)), best = top(all, AMONG);
    const shares = Float64Array.from(best, (i) => all[i]), mass = all.reduce((a, b) => a + b, 0);
    return { at: best.map((i) => from + i), shares, byClass: this.#byClass(from, to), mass };
  }

  /** The share of the words of each class in a slice, and last of those of none: Float64Array (CLASSES + 1,). */
  #byClass(from = 0, to = this.classes.length) {
    const sums = new Float64Array(CLASSES + 1);
    for (let i = from; i < to; i++) sums[this.classes[i]] += this.#share(i);
    return sums;
  }
}

/** {keys, forms, powers, classes} of a list, as the constructor has them. */
function read(text) {
  const begin = text.indexOf("\n") + 1, end = text.indexOf("\n\n", begin);
  if (end <= begin) return { keys: new WordsPacker().packed(), forms: null, powers: new Uint16Array(0), classes: new Uint8Array(0) };
  const keys = new WordsPacker(), written = []; // [number, how it is written] of the words that are not written as their keys
  let tab = text.indexOf("\t", begin);
  for (let at = begin, i = 0; at < end; i++) {
    const line = text.indexOf("\n", at), apart = tab >= 0 && tab < line;
    keys.add(text.charCodeAt(at) - NONE_IN_COMMON, text, at + 1, apart ? tab : line);
    if (apart) {
      written.push([i, text.slice(tab + 1, line)]);
      tab = text.indexOf("\t", line);
    }
    at = line + 1;
  }
  const packed = keys.packed(), [numbers, signs] = text.slice(end + 2).split("\n\n");
  const powers = Uint16Array.from(numbers.split("\n"), (power) => -Number(power));
  const classes = Uint8Array.from(signs, (sign) => sign.charCodeAt(0) - CLASS_0);
  return { keys: packed, forms: written.length ? formsOf(packed, new Map(written)) : null, powers, classes };
}

function formsOf(keys, written) {
  const forms = new WordsPacker();
  for (let i = 0; i < keys.length; i++) {
    const form = written.get(i) ?? keys.at(i);
    forms.add(0, form, 0, form.length);
  }
  return forms.packed();
}
