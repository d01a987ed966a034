// Text -> words and punctuation marks. The rules are those of headline/corpus/segmentation.py.

import { SPACE, WORD, isSpace } from "./characters.js";

// Punctuation marks that are tokens of their own, by how they attach when they are written.
export const CLOSING_MARKS = new Set(",:;?!.…)”’"); // no space before, a space after
export const OPENING_MARKS = new Set("(“‘"); // a space before, no space after
const DASH = "–"; // a space on both sides
const MARKS = new Set([...CLOSING_MARKS, ...OPENING_MARKS, DASH]);
// Every other way to write one of these. Which way a straight quote points depends on what surrounds it.
const SAME_MARK = new Map([
  ...["-", "—", "―", "--"].map((sign) => [sign, DASH]), ["...", "…"],
  ...[..."，：？！；"].map((sign, i) => [sign, ",:?!;"[i]]),
]);
const QUOTES = new Map([
  ...[...'"“”„«»'].map((sign) => [sign, ["“", "”"]]), ...[..."'‘’`"].map((sign) => [sign, ["‘", "’"]]),
]);

const raw = String.raw;
const EDGE = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`;
// Combining marks outside the Basic Multilingual Plane are left out, as in Python.
const LETTER = raw`(?:[\p{L}\p{N}](?:(?![\u{10000}-\u{10FFFF}])\p{M})*)`;
const UNIT = raw`(?:(?:[\p{L}\p{Nl}\p{No}]\.){2,}|${LETTER}+)`; // U.S. or word
const DECADE = raw`(?<!${WORD})['’]\p{Nd}0s${EDGE}`; // '90s
// Points, commas, colons and slashes join only within numbers and names of sites: 6.5, 10,000, 9/11, amazon.com.
const JOINED = raw`(?:[\-'’&]${UNIT}|(?<=\p{Nd})[.,:\/](?=\p{Nd})${UNIT}|\.(?=[a-z]{2,3}${EDGE})${UNIT})`;
// A sign before: $5, #MeToo, .NET. A sign behind: 50%, C++, C#, Disney+.
const SIGNED = raw`(?:[$£€₹#@]|(?<![\p{L}\p{N}_.…])\.(?=[A-Z]))?${UNIT}${JOINED}*(?:%|(?:\+\+?|#)(?![\p{L}\p{N}_+#]))?`;
const LABEL = raw`[\p{L}\p{N}_\-]{1,63}`; // of a domain name
const SOLID = SPACE.replace("[", "[^");
const URL = raw`${EDGE}(?:https?:\/\/|www\.)${SOLID}+|${EDGE}[\p{L}\p{N}_.+\-]{1,64}@${LABEL}\.[\p{L}\p{N}_.\-]+|${EDGE}(?:${LABEL}\.){1,5}[a-z]{2,24}\/${SOLID}+`;
const MARK = raw`\.\.\.|--|[,:;?!.…()—―–\-，：？！；"“”„«»'‘’` + "`]";
const TOKEN = new RegExp(`(?<url>${URL})|(?<word>${DECADE}|${SIGNED})|(?<mark>${MARK})`, "gu");
// Everything between the characters that Keras' Tokenizer filters by default, and spaces.
const KERAS_TOKEN = /(?<word>[^ !"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~\t\n]+)/gu;

/** Finds the words and marks of a text. Two spellings of one word share a `key`. */
class Tokenizer {
  constructor(name, pattern, marks, joiners) {
    Object.assign(this, { name, pattern, marks, joiners });
  }

  /** The tokens of a text, in order: {text, start, end, isMark}; a mark in its standard form. */
  scan(text) {
    const tokens = [], openQuotes = new Map();
    for (const match of text.matchAll(this.pattern)) {
      const start = match.index, end = start + match[0].length;
      if (match.groups.word !== undefined) tokens.push({ text: match[0], start, end, isMark: false });
      else if (match.groups.mark !== undefined) {
        const mark = standardMark(text, start, end, openQuotes);
        if (mark) tokens.push({ text: mark, start, end, isMark: true });
      }
    }
    return tokens;
  }

  /** A word in Unicode's composed form with straight apostrophes; as it is for Keras' tokenizer. */
  spelling(word) {
    return this.name === "keras" || this.marks.has(word) ? word : word.normalize("NFC").replaceAll("’", "'");
  }

  /** What all spellings of a word have in common: the lower-cased spelling. */
  key(word) {
    return this.spelling(word).toLowerCase().replaceAll("i\u0307", "i"); // no combining dot is left of İ
  }
}

/** The standard form of the mark at text[start:end], null where it is no punctuation. `openQuotes` is updated. */
function standardMark(text, start, end, openQuotes) {
  const sign = text.slice(start, end), before = text.slice(Math.max(0, start - 1), start), after = text.slice(end, end + 1);
  if (QUOTES.has(sign)) {
    const [opening, closing] = QUOTES.get(sign);
    const opened = openQuotes.get(opening) ?? 0;
    if (opened && !isSpace(before)) {
      openQuotes.set(opening, opened - 1);
      return closing;
    }
    const begins = !before || isSpace(before) || OPENING_MARKS.has(before) || "-–—".includes(before);
    if (!begins || isSpace(after)) return null; // an apostrophe, or a quote that belongs to nothing
    openQuotes.set(opening, opened + 1);
    return opening;
  }
  const mark = SAME_MARK.get(sign) ?? sign;
  const apart = isSpace(before) && (!after || isSpace(after));
  return mark === DASH && sign !== "—" && sign !== "--" && !apart ? null : mark; // else a hyphen
}

export const TOKENIZERS = {
  keras: new Tokenizer("keras", KERAS_TOKEN, new Set(), ""),
  headline: new Tokenizer("headline", TOKEN, MARKS, "-'’&.,:/"),
};
