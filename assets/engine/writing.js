// Writes words after a text, in the style in which the text began. The rules are those of headline/generator/writing.py.

import { capitalise, inStyle, styleForNext } from "./casing.js";
import { firstOf, isUpper, letters } from "./characters.js";

const SENTENCE_ENDS = new Set([".", "?", "!"]); // a word after one of these is capitalised in a sentence

export class Writing {
  /** `typed` is what `Vocabulary.splitTyped` returned for `text`; `wanted` a style to write in, or "auto". */
  constructor(text, typed, vocabulary, wanted, prior) {
    this.typed = typed;
    this.vocabulary = vocabulary;
    this.style = wanted === "sentence" ? "written" : wanted;
    if (wanted === "auto") this.style = styleForNext(typed.words, usual(typed.words, vocabulary), typed.starts, prior);
    // In Title Case a word after a colon is a first word, whatever it is; in a sentence only one after its end.
    const afterMark = this.style === "title" ? typed.mark && typed.mark !== "," : SENTENCE_ENDS.has(typed.mark);
    this.starts = ["title", "written"].includes(this.style) && (!typed.words.length || Boolean(afterMark));
    this.forced = ["lower", "upper"].includes(wanted) ? wanted : "";
    this.before = typed.words.length && typed.context.length && !typed.mark ? typed.context.at(-1) : null;
    this.curly = text.includes("’") && !text.includes("'");
  }

  /** The letters that words add to the text; the first one completes the open word. */
  completion(ids) {
    const { typed } = this;
    const written = this.#written([this.before, ...ids], ids);
    const added = typed.fragment
      ? this.#rest(written[0], this.vocabulary.itos[ids[0]])
      : (typed.needsSpace ? " " : "") + inStyle(written[0], this.style, this.starts);
    return this.#quoted([added, ...this.#later(written.slice(1))].join(" "));
  }

  /** How the word with id `i` is usually written here. */
  usual(i) {
    return this.vocabulary.writtenAfter(this.before, i);
  }

  /** Words after the open one, which is complete and has the id `own`, with the space between them. */
  following(own, ids) {
    return this.#quoted(" " + this.#later(this.#written([own, ...ids], ids)).join(" "));
  }

  /** The letters that a word outside the vocabulary adds, as `completion` and `following` do. */
  unlisted(word, afterOpenWord) {
    const { typed } = this;
    if (typed.fragment && !afterOpenWord) return this.#quoted(this.#rest(word, this.vocabulary.tokenizer.key(word)));
    const space = afterOpenWord || typed.needsSpace ? " " : "";
    return this.#quoted(space + inStyle(word, this.style, this.starts && !afterOpenWord));
  }

  /** A word that replaces the open one, in the case of its letters. */
  corrected(word) {
    const { fragment } = this.typed;
    if (isUpper(fragment) && letters(fragment) > 1) return this.#quoted(word.toUpperCase());
    return this.#quoted(isUpper(firstOf(fragment)) ? capitalise(word) : word);
  }

  /** How each of some words is usually written after the one before it. */
  #written(before, ids) {
    return ids.map((i, n) => this.vocabulary.writtenAfter(before[n], i));
  }

  #later(words) {
    return words.map((word) => inStyle(word, this.style));
  }

  #quoted(text) {
    return this.curly ? text.replaceAll("'", "’") : text;
  }

  #rest(word, key) {
    const { fragment } = this.typed, { tokenizer } = this.vocabulary;
    const n = tokenizer.key(fragment).length;
    if (this.forced) return inStyle(key.slice(n), this.forced);
    if (word.length !== key.length) return key.slice(n); // a few letters, such as İ, have another length in lower case
    if (word.startsWith(tokenizer.spelling(fragment))) return word.slice(n);
    const shouting = isUpper(fragment) && (letters(fragment) > 1 || this.style === "upper");
    if (shouting) return word.slice(n).toUpperCase();
    return this.style === "title" && isUpper(firstOf(fragment)) ? inStyle(word, "title").slice(n) : key.slice(n);
  }
}

/** How each word of a text is usually written after the one before it; null for unknown words. */
function usual(words, vocabulary) {
  let before = null;
  return words.map((word) => {
    const i = vocabulary.stoi.get(vocabulary.tokenizer.key(word));
    const found = i === undefined ? null : vocabulary.writtenAfter(before, i);
    before = i ?? null;
    return found;
  });
}
