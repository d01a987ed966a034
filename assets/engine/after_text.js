// The distributions of next words and marks after one text, as one person goes on. The rules are those of
// headline/generator/after_text.py.

import { NextWord, REMEMBERED } from "./next_words.js";
import { Punctuation, besideWords } from "./punctuation.js";
import { END } from "./vocabulary.js";

export class AfterText {
  /** `typed` is what Vocabulary.splitTyped returned; `personal` what the person wrote before, or null. */
  constructor(typed, vocabulary, nextWords, personal) {
    this.typed = typed;
    this.vocabulary = vocabulary;
    this.nextWords = personal ? personal.nextWords : nextWords;
    this.personal = personal;
    this.signs = vocabulary.marks.map((i) => vocabulary.itos[i]);
    this.punctuation = new Punctuation(vocabulary.tokenizer.language.marks, this.signs, vocabulary.tokenizer.marks);
  }

  /** The distribution of the next word after the text and more words: their ids and keys. */
  after(ids = [], keys = []) {
    const follows = this.nextWords.after([...this.typed.context, ...ids]);
    if (!this.personal) return follows;
    const shares = this.personal.after([...this.typed.keys, ...keys]);
    const { marks, left, scale } = this.#mixedMarks(follows.marks, shares);
    const words = follows.words.map((p) => p * left), unlisted = new Map();
    for (const [key, share] of shares.words) {
      const i = this.vocabulary.stoi.get(key);
      if (i !== undefined && !this.nextWords.suppressed.has(i)) words[i] += share * scale;
      else if (i === undefined && this.personal.forms.has(key)) unlisted.set(key, share * scale);
    }
    return new NextWord(words, follows.unknown * left, ended(follows.end * left, shares, scale), marks, unlisted);
  }

  /** The most probable next words and marks after the text and a row of ids: {best, end}. */
  likeliestAfter(ids) {
    const keys = ids.map((i) => this.vocabulary.itos[i]);
    let found = this.nextWords.likeliestAfter(this.nextWords.window([...this.typed.context, ...ids]));
    if (this.personal) found = this.#personally(found, keys);
    if (!found.marks.length) return found;
    const { noMark, marks } = this.marks(found, keys);
    const best = [...found.best.map(([i, p]) => [i, p * noMark]), ...marks].sort((a, b) => b[1] - a[1]);
    return { best: best.slice(0, REMEMBERED), end: found.end * noMark };
  }

  /**
   * {noMark, marks}: the probability that no mark comes after the text and more words, by their keys, and [id, probability]
   * of each mark that is sound there. `follows` has the marks' probabilities there.
   */
  marks(follows, keys) {
    if (!follows.marks.length) return { noMark: 1, marks: [] };
    let last = keys.at(-1) ?? this.typed.keys.at(-1) ?? "";
    const isMark = this.vocabulary.tokenizer.marks.has(last);
    if (!keys.length && this.typed.mark && !isMark) last = this.typed.mark; // one that the vocabulary lacks
    const { noMark, possible } = besideWords(follows.marks, this.punctuation.sound([...this.typed.keys, ...keys], last));
    return { noMark, marks: this.vocabulary.marks.map((i, n) => [i, possible[n]]).filter(([, p]) => p > 0) };
  }

  #personally(found, keys) {
    const shares = this.personal.after([...this.typed.keys, ...keys]);
    const { marks, left, scale } = this.#mixedMarks(found.marks, shares);
    const p = new Map(found.best.map(([i, share]) => [i, share * left]));
    for (const [key, share] of shares.words) {
      const i = this.vocabulary.stoi.get(key);
      if (i !== undefined && !this.nextWords.suppressed.has(i)) p.set(i, (p.get(i) ?? 0) + share * scale);
    }
    const best = [...p].sort((a, b) => b[1] - a[1]).slice(0, REMEMBERED);
    return { best, end: ended(found.end * left, shares, scale), marks };
  }

  /**
   * The probabilities of the marks with the person's shares, and the factors of the language model's words and of the
   * person's, both given that no mark comes.
   */
  #mixedMarks(marks, shares) {
    const mixed = marks.map((p, n) => p * shares.left + (shares.words.get(this.signs[n]) ?? 0));
    const scale = 1 / Math.max(1 - mixed.reduce((a, b) => a + b, 0), 1e-6);
    return { marks: mixed, left: shares.left * (1 - marks.reduce((a, b) => a + b, 0)) * scale, scale };
  }
}

const ended = (end, shares, scale) => end + (shares.words.get(END) ?? 0) * scale;
