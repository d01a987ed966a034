// Letter case: the style of a text, and words written in a style. The rules are those of headline/corpus/casing.py.

import { firstOf, isLower, isUpper } from "./characters.js";

const ENDING = /['’](?:s|t|d|m|ll|re|ve)$/i; // not part of a name

/** Whether a word has capitals of its own: NASA, iPhone, McConnell, U.S. */
function isDistinctive(word) {
  const name = word.replace(ENDING, "");
  const inner = name.split("-").some((part) => {
    const rest = part.slice(firstOf(part).length);
    return rest !== rest.toLowerCase();
  });
  return inner || (name.split(".").length > 2 && name !== name.toLowerCase());
}

/** Capitalise the first letter and keep the rest (never Don'T): iPhone stays, $2m stays. */
export function capitalise(word, language) {
  const first = firstOf(word);
  return isDistinctive(word) ? word : language.upper(first) + word.slice(first.length);
}

/** One word in Title Case: each part of a compound, a small word of the language only if it is first. */
function titleWord(word, first, language) {
  const lower = language.lower(word);
  if (!first && language.smallWords?.has(lower)) return lower;
  return word.split("-").map((part) => capitalise(part, language)).join("-");
}

/**
 * The style of the next word after some words: "upper", "lower", "title" or "written". `usual` is how each word is
 * usually written there, null if that is unknown; `starts` tells the words whose capital says nothing. `prior` is the
 * style of the list that the model was trained on. A language without Title Case is never "title".
 */
export function styleForNext(words, usual, starts, prior, language) {
  if (prior === "title" && !language.smallWords) prior = "sentence";
  if (!words.length) return prior === "sentence" ? "written" : prior;
  const lower = words.filter((word) => word === word.toLowerCase() && word !== word.toUpperCase());
  if (!lower.length && shouted(words, usual, language) >= 2) return "upper";
  if (prior === "upper" && !lower.length && words.every((word) => word === word.toUpperCase())) return "upper";
  if (prior === "lower") return words.some((word) => word !== word.toLowerCase()) ? "written" : "lower";
  if (!language.smallWords) return "written";
  let unusual = 0, plain = 0;
  words.forEach((word, i) => {
    if (starts[i]) return;
    if (isUpper(firstOf(word)) && usual[i] !== null && isLower(firstOf(usual[i]))) unusual++;
    if (lower.includes(word) && [...word].length > 3 && !language.smallWords.has(word)) plain++;
  });
  if (unusual || plain) return unusual > 3 * plain ? "title" : "written";
  return prior === "title" && !lower.includes(words[0]) ? "title" : "written";
}

/** Whether a text in Title Case leaves no small word in lower case, as far as it goes. */
export function capitalisesEveryWord(words, starts, language) {
  const telling = words.filter((word, i) => !starts[i] && language.telling.has(language.lower(word)));
  return telling.length > 0 && telling.every((word) => isUpper(firstOf(word)));
}

/** How many words are in capitals that are usually not. */
export function shouted(words, usual, language) {
  return words.filter((word, i) => {
    const known = usual[i];
    if (known === null || [...word].length < 2) return false;
    const upper = language.upper(known);
    return known !== upper && upper === word;
  }).length;
}

/** A word, given as it is usually written, in a style of `styleForNext`; `starts`: it begins a text or sentence. */
export function inStyle(word, style, starts, language) {
  if (style === "upper") return language.upper(word);
  if (style === "lower") return language.lower(word);
  if (style === "title") return titleWord(word, starts, language);
  return starts ? capitalise(word, language) : word;
}
