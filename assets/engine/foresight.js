// What is typed next, most probably: the letters with which the suggestions for a text go on.

import { isSpace } from "./characters.js";

const CONSIDERED = 96; // suggestions
const MOST = 16; // letters
const ENOUGH = 0.99; // of the probability of all of them
const CAPITAL = 0.1; // how much less probable a capital is than its small letter, where a word begins

/** Texts that are one letter longer than a text, the most probable first; `options` are those of Suggester.answer. */
export function likelyNext(suggester, text, options) {
  const { suggestions, complete } = suggester.answer(text, { ...options, k: CONSIDERED, phrases: false, minProbability: 0 });
  const letters = new Map([[" ", complete]]);
  const add = (letter, p) => letters.set(letter, (letters.get(letter) ?? 0) + p);
  const begins = !text || isSpace(text.slice(-1));
  for (const { completion, probability, replaces } of suggestions) {
    const letter = String.fromCodePoint(completion.codePointAt(0) ?? 0);
    if (replaces || letter === " ") continue; // a space is in `complete`
    add(letter, probability);
    if (begins) add(letter.toUpperCase(), CAPITAL * probability);
  }
  const ranked = [...letters].filter(([, p]) => p > 0).sort((a, b) => b[1] - a[1]).slice(0, MOST);
  const all = ranked.reduce((sum, [, p]) => sum + p, 0);
  let before = 0;
  return ranked.filter(([, p]) => (before += p) - p < ENOUGH * all).map(([letter]) => text + letter);
}
