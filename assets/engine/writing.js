// Writes words after a text, in the style in which the text began. The rules are those of headline/generator/writing.py.

import { chanceOfCapitals, inCapitals, isBrief } from "./capitals.js";
import { capitalise, capitalisesEveryWord, inStyle, styleForNext } from "./casing.js";
import { firstOf, isSpace, isUpper } from "./characters.js";

const BEGIN_NOTHING = ",،、，()（）”’」』》】"; // marks after which a title goes on

export class Writing {
  /** `typed` is what `Vocabulary.splitTyped` returned for `text`; `wanted` a style to write in, or "auto". */
  constructor(text, typed, vocabulary, wanted, prior) {
    this.typed = typed;
    this.vocabulary = vocabulary;
    this.language = vocabulary.tokenizer.language;
    this.text = text;
    this.style = wanted === "sentence" ? "written" : wanted;
    if (wanted === "title" && !this.language.smallWords) this.style = "written"; // there is no Title Case
    const known = usual(typed, vocabulary);
    if (wanted === "auto") {
      this.style = styleForNext(typed.words, known, typed.starts, prior, this.language);
      // A list in Title Case has small words of its own.
      const shown = this.style === "title" && prior !== "title";
      if (shown && capitalisesEveryWord(typed.words, typed.starts, this.language)) this.language = this.language.withSmallWords([]);
    }
    this.ofCapitals = chanceOfCapitals(typed.fragment, typed.words, known, this.style, prior, this.language);
    this.starts = this.#begins(typed.mark, typed.keys.at(-2)) || (!typed.words.length && ["title", "written"].includes(this.style));
    this.forced = ["lower", "upper"].includes(wanted) ? wanted : "";
    this.before = typed.words.length && typed.context.length && !typed.mark ? typed.context.at(-1) : null;
    this.curly = text.includes("’") && !text.includes("'");
  }

  /**
   * The letters that words add to the text; the first one completes the open word. `then` is the id of the word that follows
   * them, where that is known: “New” before “York”.
   */
  completion(ids, then = null) {
    const { typed } = this;
    const written = this.#written(this.before, ids, then);
    if (typed.fragment) return this.#together(this.#rest(written[0], this.vocabulary.itos[ids[0]]), written);
    const word = inStyle(written[0], this.style, this.starts, this.language);
    return this.#together(this.#space(word) + word, written);
  }

  /** Whether the open word is in capitals that tell it from ordinary words. */
  get telling() {
    return this.ofCapitals < 1;
  }

  /** The chance that a word, given as it is usually written, is written in the capitals of the open word. */
  chance(form) {
    const { fragment } = this.typed, { tokenizer } = this.vocabulary;
    if (!this.telling || isUpper(form.slice(0, fragment.length))) return 1;
    return tokenizer.key(form) === tokenizer.key(fragment) ? 1 : this.ofCapitals;
  }

  /** The same of a word of the general list, which does not say how it is written: it may be initials. */
  chanceOfListed(word) {
    return isBrief(this.vocabulary.tokenizer.key(word)) ? 1 : this.chance(word);
  }

  /** How the word with id `i` is usually written here. */
  usual(i) {
    return this.vocabulary.writtenBetween(this.before, i);
  }

  /** Words after the open one, which is complete and has the id `own`, with the space between them. */
  following(own, ids, then = null) {
    const written = this.#written(own, ids, then), first = inStyle(written[0], this.style, false, this.language);
    return this.#together(this.language.gap(this.text, first) + first, written);
  }

  /** A mark and what follows it: they come behind the word, `spaces` of them before. */
  mark(ids) {
    const written = this.#written(null, ids, null);
    const kept = this.text.slice(0, this.text.length - this.spaces(ids[0]));
    const space = isSpace(kept.slice(-1)) ? "" : this.language.gap(kept, written[0]);
    return this.#together(space + written[0], written);
  }

  /** How many spaces at the end of the text a mark takes the place of. */
  spaces(mark) {
    return this.language.marks.closing.includes(this.vocabulary.itos[mark]) ? this.text.length - this.#solid : 0;
  }

  /** The length of the text without the spaces at its end. */
  get #solid() {
    let length = this.text.length;
    while (length && isSpace(this.text[length - 1])) length--;
    return length;
  }

  /** The letters that a word outside the vocabulary adds, as `completion` and `following` do. */
  unlisted(word, afterOpenWord) {
    const { typed } = this;
    if (typed.fragment && !afterOpenWord) return this.#quoted(this.#rest(word, this.vocabulary.tokenizer.key(word)));
    const written = inStyle(word, this.style, this.starts && !afterOpenWord, this.language);
    return this.#quoted((afterOpenWord ? this.language.gap(this.text, written) : this.#space(written)) + written);
  }

  /**
   * How many letters at the end of the open word a longer word changes. A Korean syllable changes as it is typed: 대토
   * becomes 대통. In all other languages it is 0.
   */
  changed(word) {
    const { fragment } = this.typed;
    if (!fragment || !this.language.byKeys) return 0;
    const old = this.language.lower(fragment), long = this.language.lower(word);
    let same = 0;
    while (same < old.length && same < long.length && old[same] === long[same]) same++;
    return fragment.length - same;
  }

  #space(word) {
    return this.typed.needsSpace && !this.language.joins(this.text, word) ? " " : "";
  }

  /** A word that replaces the open one, in the case of its letters. */
  corrected(word) {
    const { fragment } = this.typed;
    if (inCapitals(fragment)) return this.#quoted(this.language.upper(word));
    return this.#quoted(isUpper(firstOf(fragment)) ? capitalise(word, this.language) : word);
  }

  /** How each of some words is usually written between the one before it and the one after it. */
  #written(before, ids, then) {
    return ids.map((i, n) => this.vocabulary.writtenBetween(n ? ids[n - 1] : before, i, ids[n + 1] ?? then));
  }

  /** The first word or mark as it is added, and those behind it, as they are usually written, in style: as one text. */
  #together(added, written) {
    const starts = written.map((mark, n) => this.#begins(mark, n ? written[n - 1] : this.typed.fragment || this.typed.keys.at(-1)));
    const later = written.slice(1).map((word, n) => inStyle(word, this.style, starts[n], this.language));
    return this.#quoted(this.language.join([added, ...later]));
  }

  /** Whether a word is a first word behind a mark, or behind no mark (""); `before` is the word before that, if any. */
  #begins(mark, before = "") {
    if (mark === "." && this.language.abbreviations.has(this.language.lower(before))) return false;
    // In Title Case a word after a colon is a first word, whatever it is, but not what stands in brackets or after a
    // quotation; in a sentence only one after its end.
    const { marks, sentenceEnds } = this.vocabulary.tokenizer;
    if (this.style === "title") return marks.has(mark) && !BEGIN_NOTHING.includes(mark);
    return this.style === "written" && sentenceEnds.has(mark);
  }

  /** Quotes and apostrophes as the text has them, or as the language does. */
  #quoted(text) {
    if (this.text.includes('"')) text = text.replace(/[“”]/g, '"');
    if (this.text.includes("'") && !this.text.includes("’")) text = text.replace(/[‘’]/g, "'");
    const before = /\p{L}$/u.exec(this.text.slice(0, this.#solid))?.[0] ?? ""; // a narrow space comes only behind a letter
    text = this.language.typeset(before + text, this.text.includes("“")).slice(before.length);
    return this.curly ? text.replaceAll("'", "’") : text;
  }

  #rest(word, key) {
    const { fragment } = this.typed, { tokenizer } = this.vocabulary;
    if (this.language.byKeys) return word.slice(fragment.length - this.changed(word));
    const n = tokenizer.key(fragment).length;
    if (this.forced) return inStyle(key.slice(n), this.forced, false, this.language);
    if (word.length !== key.length) return key.slice(n); // a few letters, such as İ, have another length in lower case
    const allCapitals = this.style === "upper" && isUpper(fragment);
    if (word.startsWith(tokenizer.spelling(fragment)) && !allCapitals) return word.slice(n);
    if (allCapitals || inCapitals(fragment)) return this.language.upper(word.slice(n));
    return this.style === "title" && isUpper(firstOf(fragment)) ? inStyle(word, "title", false, this.language).slice(n) : key.slice(n);
  }
}

/** How each word of a text is usually written between those beside it; null for unknown words. */
function usual({ words, starts }, vocabulary) {
  const ids = words.map((word) => vocabulary.stoi.get(vocabulary.tokenizer.key(word)));
  const next = (n) => (starts[n + 1] ? null : ids[n + 1]); // a mark is between
  return ids.map((i, n) => (i === undefined ? null : vocabulary.writtenBetween(ids[n - 1], i, next(n))));
}
