// What the capitals of the open word say of it: who types UK within a sentence does not mean Ukraine. The rules are those
// of headline/generator/words/capitals.py.

import { isUpper, letters } from "./characters.js";
import { shouted } from "./casing.js";

// Shares of the words that are usually not in capitals and are so in a headline that is not: of first words, of others.
const FIRST = 0.02, INNER = 0.003;
export const INITIALS = 4; // letters that a word of the general list has at most, if it may be initials

/**
 * The chance that an ordinary word is written with the capitals of the open word: 1 where they say nothing. `style` is what
 * `styleForNext` returned, the rest are its arguments.
 */
export function chanceOfCapitals(fragment, words, usual, style, prior, language) {
  if (!inCapitals(fragment) || style === "upper" || ["lower", "upper"].includes(prior)) return 1;
  if (shouted(words, usual, language)) return 1;
  return words.length ? INNER : FIRST;
}

/** Whether a word has two letters or more, and all that can be are in capitals. */
export const inCapitals = (word) => isUpper(word) && letters(word) > 1;

/** Whether a word is short enough to be initials. */
export const isBrief = (word) => [...word].length <= INITIALS;
