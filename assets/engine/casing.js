// Letter case: the style of a text, and words written in a style. The rules are those of headline/corpus/casing.py.

import { firstOf, isLower, isUpper } from "./characters.js";

// Words that Title Case leaves in lower case (the Associated Press Stylebook).
const SMALL_WORDS = new Set("a an and as at but by for if in nor of off on or out per so the to up via vs vs. yet".split(" "));
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
export function capitalise(word) {
  const first = firstOf(word);
  return isDistinctive(word) ? word : first.toUpperCase() + word.slice(first.length);
}

/** One word in Title Case: each part of a compound, a small word only if it is first. */
function titleWord(word, first) {
  if (!first && SMALL_WORDS.has(word.toLowerCase())) return word.toLowerCase();
  return word.split("-").map(capitalise).join("-");
}

/**
 * The style of the next word after some words: "upper", "lower", "title" or "written". `usual` is how each word is
 * usually written there, null if that is unknown; `starts` tells the words whose capital says nothing. `prior` is the
 * style of the list that the model was trained on.
 */
export function styleForNext(words, usual, starts, prior) {
  if (!words.length) return prior === "sentence" ? "written" : prior;
  const lower = words.filter((word) => word === word.toLowerCase() && word !== word.toUpperCase());
  if (!lower.length && shouted(words, usual) >= 2) return "upper";
  if (prior === "upper" && !lower.length && words.every((word) => word === word.toUpperCase())) return "upper";
  if (prior === "lower") return words.some((word) => word !== word.toLowerCase()) ? "written" : "lower";
  let unusual = 0, plain = 0;
  words.forEach((word, i) => {
    if (starts[i]) return;
    if (isUpper(firstOf(word)) && usual[i] !== null && isLower(firstOf(usual[i]))) unusual++;
    if (lower.includes(word) && [...word].length > 3 && !SMALL_WORDS.has(word)) plain++;
  });
  if (unusual || plain) return unusual > 3 * plain ? "title" : "written";
  return prior === "title" && !lower.includes(words[0]) ? "title" : "written";
}

/** How many words are in capitals that are usually not. */
function shouted(words, usual) {
  return words.filter((word, i) => {
    const known = usual[i];
    return known !== null && known !== known.toUpperCase() && known.toUpperCase() === word && [...word].length > 1;
  }).length;
}

/** A word, given as it is usually written, in a style of `styleForNext`; `starts`: it begins a text or sentence. */
export function inStyle(word, style, starts = false) {
  if (style === "upper") return word.toUpperCase();
  if (style === "lower") return word.toLowerCase();
  if (style === "title") return titleWord(word, starts);
  return starts ? capitalise(word) : word;
}
