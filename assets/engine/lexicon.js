// A general list of words that the vocabulary lacks, with their frequencies. headline/share/engine_files.py says how it is
// written: words in alphabetical order without what they have in common with the one before, and then the frequencies in
// hundredths of a power of ten.

import { INITIALS, isBrief } from "./capitals.js";
import { WordsPacker } from "./packed_words.js";
import { Recent } from "./recent.js";
import { top } from "./top.js";

const OF_ITS_LANGUAGE = 0.5; // share of a vocabulary's words that must be on the list, or the list is not used
const LONGEST_BRIEF = 2 * INITIALS; // UTF-16 units of a word that may be initials: a letter has one or two
const KEPT = 16;
const REMEMBERED = 512; // prefixes
const NONE_IN_COMMON = 65; // the character that says so
const LEFT_OUT = 0xffff; // the power of a word that the vocabulary has

export class Lexicon {
  #known = new Recent(REMEMBERED);

  /** The words of a list that a vocabulary lacks; none if its words are not English although its checkpoint says so. */
  static beyond(vocabulary, text) {
    const { keys, forms, powers } = read(text);
    let known = 0;
    for (const key of vocabulary.stoi.keys()) {
      const at = keys.indexOf(key);
      if (at < 0) continue;
      known += 1;
      powers[at] = LEFT_OUT;
    }
    const own = vocabulary.size - vocabulary.specials.length;
    const english = vocabulary.tokenizer.language.tag === "en";
    const used = vocabulary.unk !== undefined && (!english || known >= OF_ITS_LANGUAGE * own);
    return used ? new Lexicon(keys, forms, powers) : new Lexicon(new WordsPacker().packed(), null, new Uint16Array(0));
  }

  /**
   * `keys` of the words in alphabetical order: PackedWords; `forms` how they are written, null if that is their keys;
   * `powers` their frequencies as -100 log10: Uint16Array.
   */
  constructor(keys, forms, powers) {
    Object.assign(this, { keys, forms: forms ?? keys, powers });
    const rarest = powers.reduce((most, power) => (power < LEFT_OUT ? Math.max(most, power) : most), 0);
    const frequencies = Float64Array.from({ length: rarest + 1 }, (_, power) => 10 ** (-power / 100));
    const sum = powers.reduce((all, power) => all + (frequencies[power] ?? 0), 0);
    this.shares = frequencies.map((frequency) => frequency / Math.max(sum, 1e-30)); // of a word by its power
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

  /** The share of all words with this prefix that are short enough to be initials. */
  brief(prefix) {
    const [from, to] = this.keys.startingWith(prefix);
    let sum = 0;
    for (let i = from; i < to; i++) if (this.keys.unitsOf(i) <= LONGEST_BRIEF && isBrief(this.keys.at(i))) sum += this.#share(i);
    return sum;
  }

  /** The share of one word, 0 where it is not listed. */
  share(word) {
    const at = this.keys.indexOf(word);
    return at < 0 ? 0 : this.#share(at);
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

  #lookUp(prefix) {
    const [from, to] = this.keys.startingWith(prefix);
    const shares = Float64Array.from({ length: to - from }, (_, i) => this.#share(from + i));
    return {
      words: top(shares, KEPT).filter((i) => shares[i] > 0).map((i) => [this.forms.at(from + i), shares[i]]),
      mass: shares.reduce((a, b) => a + b, 0),
    };
  }
}

/** {keys, forms, powers} of a list, as the constructor has them. */
function read(text) {
  const begin = text.indexOf("\n") + 1, end = text.indexOf("\n\n", begin);
  if (end < 0) return { keys: new WordsPacker().packed(), forms: null, powers: new Uint16Array(0) }; // a language may have no list
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
  const packed = keys.packed(), powers = Uint16Array.from(text.slice(end + 2).split("\n"), (power) => -Number(power));
  return { keys: packed, forms: written.length ? formsOf(packed, new Map(written)) : null, powers };
}

function formsOf(keys, written) {
  const forms = new WordsPacker();
  for (let i = 0; i < keys.length; i++) {
    const form = written.get(i) ?? keys.at(i);
    forms.add(0, form, 0, form.length);
  }
  return forms.packed();
}
