// What depends on the language of a model. The server sends it as language.json, which
// headline/web/engine/language_file.py makes from headline/corpus/language: here is only what is done with it.

import { firstOf } from "./characters.js";
import { Splitter } from "./splitter.js";

const DOT = "i\u0307"; // what İ becomes by the rules of most languages
const NARROW = "\u202f"; // a space of French, which ends no line
const FIRST_SYLLABLE = 0xac00, LAST_SYLLABLE = 0xd7a3;

export class Language {
  /** Of language.json. */
  constructor(data) {
    Object.assign(this, { tag: data.tag, dotted: data.dotted, hangul: data.hangul, letters: [...data.letters] });
    this.near = new Map(Object.entries(data.near));
    this.withMarks = new Map(Object.entries(data.with_marks));
    this.smallWords = data.small_words && new Set(data.small_words); // null: no Title Case
    this.telling = new Set(data.telling); // small words whose capital tells that a title capitalises every word
    this.abbreviations = new Set(data.abbreviations); // whose full stop ends no sentence
    this.points = new RegExp(data.points, "gu");
    this.hangulLetter = new RegExp(data.hangul_letter, "u");
    this.noSpace = new RegExp(data.no_space, "u");
    this.marks = data.marks;
    this.quotes = [...data.quotes];
    this.narrow = data.spaced && new RegExp(`(?<=[\\p{L}_])(?=[${data.spaced}])`, "gu"); // where a narrow space is before a mark
    this.straight = new Map(Object.entries(data.straight));
    this.splitter = data.splitter && new Splitter(data.splitter, data.unspaced, data.tag);
  }

  /** The same with other words that Title Case leaves in lower case; null, or no Title Case, changes nothing. */
  withSmallWords(words) {
    if (!words || !this.smallWords) return this;
    return Object.assign(Object.create(Language.prototype), this, { smallWords: new Set(words) });
  }

  /** Lower case by the rules of the language: Turkish has İ i and I ı. No combining dot is left behind. */
  lower(text) {
    const apart = this.dotted ? text.replaceAll("İ", "i").replaceAll("I", "ı") : text;
    return apart.toLowerCase().replaceAll(DOT, "i");
  }

  upper(text) {
    return (this.dotted ? text.replaceAll("i", "İ") : text).toUpperCase();
  }

  /** Whether words are looked up by the keys pressed for them, since one letter takes several. */
  get byKeys() {
    return this.hangul !== null;
  }

  /** What all spellings of a word have in common, and what its beginnings are looked up by. */
  key(spelling) {
    const lower = this.lower(spelling.replace(this.points, ""));
    return this.byKeys ? Array.from(lower, (letter) => keysOf(letter, this.hangul)).join("") : lower;
  }

  /** Whether two words follow each other without a space: headline/corpus/language/scripts.py. */
  joins(left, right) {
    const end = lastOf(left), begin = firstOf(right);
    if ((end < "\x80" && begin < "\x80") || this.hangulLetter.test(end) || this.hangulLetter.test(begin)) return false;
    return this.noSpace.test(end) || this.noSpace.test(begin);
  }

  /** What is written between a text and the word or mark that follows it: a space, or nothing. */
  gap(before, after) {
    const glued = !before || this.marks.opening.includes(lastOf(before)) || this.marks.closing.includes(after);
    return glued || this.joins(before, after) ? "" : " ";
  }

  /** A text with the quotes of the language, or as they are where `curly`, and its narrow spaces. */
  typeset(text, curly) {
    if (this.narrow) text = text.replace(this.narrow, NARROW);
    const [opening, closing] = curly ? "“”" : this.quotes, space = this.narrow ? NARROW : "";
    return text.replaceAll("“", opening + space).replaceAll("”", space + closing);
  }

  /** Words as one text. */
  join(words) {
    return words.reduce((text, word) => text + this.gap(text, word) + word, "");
  }
}

/** The keys of a Korean syllable; any other character as it is. */
function keysOf(character, { initials, vowels, finals, two_keys: twoKeys }) {
  const point = character.codePointAt(0);
  if (point < FIRST_SYLLABLE || point > LAST_SYLLABLE) return twoKeys[character] ?? character;
  const place = point - FIRST_SYLLABLE, above = Math.floor(place / finals.length);
  const parts = [initials[Math.floor(above / vowels.length)], vowels[above % vowels.length], finals[place % finals.length]];
  return parts.map((part) => twoKeys[part] ?? part).join("");
}

/** The last character, which may be two units of UTF-16. */
function lastOf(text) {
  const pair = text.length > 1 && /[\udc00-\udfff]/.test(text.at(-1)) && /[\ud800-\udbff]/.test(text.at(-2));
  return text.slice(pair ? -2 : -1);
}
