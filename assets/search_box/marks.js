// Punctuation marks in the list: where one fits, and how a screen reader says it.

import { opensQuote, startsWithLetter } from "./editing.js";

export const MARK_NAMES = new Map(Object.entries({
  ",": "comma", ".": "full stop", ":": "colon", ";": "semicolon", "?": "question mark", "!": "exclamation mark", "…": "ellipsis",
  "–": "dash", "(": "opening bracket", ")": "closing bracket", "“": "opening quote", "‘": "opening quote", "«": "opening quote",
  "”": "closing quote", "’": "closing quote", "»": "closing quote", "„": "opening quote", '"': "quote", "'": "quote",
  "¿": "opening question mark", "¡": "opening exclamation mark", "،": "comma", "؛": "semicolon", "؟": "question mark",
  "।": "full stop", "。": "full stop", "、": "comma", "，": "comma", "：": "colon", "；": "semicolon", "？": "question mark",
  "！": "exclamation mark", "《": "opening quote", "》": "closing quote", "【": "opening bracket", "】": "closing bracket",
  "（": "opening bracket", "）": "closing bracket", "「": "opening quote", "」": "closing quote", "『": "opening quote", "』": "closing quote",
}));

// Whether a suggestion fits in front of what is behind the caret: a letter there goes on with the word, so that neither
// another word nor a mark comes between; a mark does not come in front of one, nor a quote open what has no end there.
export function fitsBefore(item, behind, { closing, joining, opening }) {
  if (startsWithLetter(behind)) return item.kind !== "mark" && !/^\s/.test(item.completion);
  if (item.kind !== "mark" || !behind.trim()) return true;
  return !(closing + joining + "–—").includes(behind.trimStart()[0]) && !opensQuote(item.completion, opening);
}

// What a screen reader says for the row of a mark: most of them leave out the sign itself.
export function spoken(words, item, share) {
  const sign = item.completion.trim(), name = MARK_NAMES.get(sign) ?? sign;
  return `${words.trim()} ${name} ${(item.more || "").trim()}`.trim() + `, ${share}`;
}
