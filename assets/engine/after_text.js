// The distributions of next words after one text, as one person goes on. The rules are those of
// headline/generator/after_text.py.

import { NextWord, REMEMBERED } from "./next_words.js";
import { END } from "./vocabulary.js";

export class AfterText {
  /** `typed` is what Vocabulary.splitTyped returned; `personal` what the person wrote before, or null. */
  constructor(typed, vocabulary, nextWords, personal) {
    this.typed = typed;
    this.vocabulary = vocabulary;
    this.nextWords = personal ? personal.nextWords : nextWords;
    this.personal = personal;
  }

  /** The distribution of the next word after the text and more words: their ids and keys. */
  after(ids = [], keys = []) {
    const follows = this.nextWords.after([...this.typed.context, ...ids]);
    if (!this.personal) return follows;
    const shares = this.personal.after([...this.typed.keys, ...keys]);
    const words = follows.words.map((p) => p * shares.left), unlisted = new Map();
    for (const [key, share] of shares.words) {
      const i = this.vocabulary.stoi.get(key);
      if (i !== undefined && !this.nextWords.suppressed.has(i)) words[i] += share;
      else if (i === undefined && this.personal.forms.has(key)) unlisted.set(key, share);
    }
    return new NextWord(words, follows.unknown * shares.left, ended(follows.end, shares), unlisted);
  }

  /** The most probable next words after the text and a row of ids: {best, end}. */
  likeliestAfter(ids) {
    const found = this.nextWords.likeliestAfter(this.nextWords.window([...this.typed.context, ...ids]));
    if (!this.personal) return found;
    const shares = this.personal.after([...this.typed.keys, ...ids.map((i) => this.vocabulary.itos[i])]);
    const p = new Map(found.best.map(([i, share]) => [i, share * shares.left]));
    for (const [key, share] of shares.words) {
      const i = this.vocabulary.stoi.get(key);
      if (i !== undefined && !this.nextWords.suppressed.has(i)) p.set(i, (p.get(i) ?? 0) + share);
    }
    return { best: [...p].sort((a, b) => b[1] - a[1]).slice(0, REMEMBERED), end: ended(found.end, shares) };
  }
}

const ended = (end, shares) => end * shares.left + (shares.words.get(END) ?? 0);
