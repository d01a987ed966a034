// Text -> words and punctuation marks. The rules are those of headline/corpus/segmentation.py.

import { SPACE, WORD, isSpace } from "./characters.js";

const DASH = "–"; // a space on both sides
const QUOTES = new Map([
  ...[...'"“”„«»'].map((sign) => [sign, ["“", "”"]]), ...[..."'‘’`"].map((sign) => [sign, ["‘", "’"]]),
]);

const raw = String.raw;
const EDGE = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`;
// Combining marks outside the Basic Multilingual Plane are left out, as in Python. Zero-width joiners shape the letters of
// Persian and Hindi words.
const LETTER = raw`(?:[\p{L}\p{N}](?:(?![\u{10000}-\u{10FFFF}])[\p{M}\u200c\u200d])*)`;
const UNIT = raw`(?:(?:[\p{L}\p{Nl}\p{No}]\.){2,}|${LETTER}+)`; // U.S. or word
const DECADE = raw`(?<!${WORD})['’]\p{Nd}0s${EDGE}`; // '90s
// Points, commas, colons and slashes join only within numbers and names of sites: 6.5, 10,000, 9/11, amazon.com.
// The Hebrew signs join too: צה״ל, also typed צה"ל, and בן־גוריון.
const JOINED = raw`(?:[\-'’&׳״־]${UNIT}|(?<=[א-ת])"(?=[א-ת])${UNIT}|(?<=\p{Nd})[.,:\/٫٬](?=\p{Nd})${UNIT}|\.(?=[a-z]{2,3}${EDGE})${UNIT})`;
// A sign before: $5, #MeToo, .NET. A sign behind: 50%, C++, C#, Disney+.
const SIGNED = raw`(?:[$£€₹#@]|(?<![\p{L}\p{N}_.…])\.(?=[A-Z]))?${UNIT}${JOINED}*(?:%|(?:\+\+?|#)(?![\p{L}\p{N}_+#]))?`;
const LABEL = raw`[\p{L}\p{N}_\-]{1,63}`; // of a domain name
const SOLID = SPACE.replace("[", "[^");
const URL = raw`${EDGE}(?:https?:\/\/|www\.)${SOLID}+|${EDGE}[\p{L}\p{N}_.+\-]{1,64}@${LABEL}\.[\p{L}\p{N}_.\-]+|${EDGE}(?:${LABEL}\.){1,5}[a-z]{2,24}\/${SOLID}+`;
const MARK = raw`\.\.\.|--|[,:;?!.…()—―–\-"“”„«»'‘’` + "`" + raw`،؛؟।॥¿¡、。，：；？！「」『』《》【】（）]`;
const TOKEN = new RegExp(`(?<url>${URL})|(?<word>${DECADE}|${SIGNED})|(?<mark>${MARK})`, "gu");
const JOINERS = "-'’&.,:/\"׳״־"; // signs that may end a word while it is being typed

/** Finds the words and marks of a text. Two spellings of one word share a `key`. */
export class Tokenizer {
  constructor(language) {
    const { opening, closing, same, full_width: fullWidth } = language.marks;
    this.language = language;
    this.joiners = JOINERS;
    this.opening = new Set(opening); // a space before, no space after
    this.marks = new Set([...opening, ...closing, DASH]);
    this.sentenceEnds = new Set(language.marks.sentence_ends);
    this.same = new Map(Object.entries(same)); // every other way to write a mark
    this.fullWidth = new Map(Object.entries(fullWidth)); // marks of their own in Chinese and Japanese
  }

  /** The tokens of a text, in order: {text, start, end, isMark}; a mark in its standard form. */
  scan(text) {
    const tokens = [], openQuotes = new Map();
    for (const match of text.matchAll(TOKEN)) {
      const start = match.index, end = start + match[0].length;
      if (match.groups.word !== undefined) tokens.push(...this.#words(match[0], start));
      else if (match.groups.mark !== undefined) {
        const mark = this.#standardMark(text, start, end, openQuotes);
        if (mark) tokens.push({ text: mark, start, end, isMark: true });
      }
    }
    return tokens;
  }

  /** The words of a run of letters: one, but where a script has no spaces. */
  #words(run, start) {
    return this.split(run).map((text) => {
      const begin = start;
      start += text.length;
      return { text, start: begin, end: start, isMark: false };
    });
  }

  split(run) {
    return this.language.splitter ? this.language.splitter.split(run) : [run];
  }

  /** A word in Unicode's composed form with straight apostrophes, and letters and digits of the usual width. */
  spelling(word) {
    if (this.marks.has(word)) return word;
    return word.normalize("NFC").replace(/[^\x00-\x7f]/g, (letter) => this.language.straight.get(letter) ?? letter);
  }

  /** What all spellings of a word have in common: the lower-cased spelling, and for Korean the keys pressed. */
  key(word) {
    return this.language.key(this.spelling(word));
  }

  /** The lower case of a word's spelling. */
  lower(word) {
    return this.language.lower(this.spelling(word));
  }

  /** The standard form of the mark at text[start:end], null where it is no punctuation. `openQuotes` is updated. */
  #standardMark(text, start, end, openQuotes) {
    const sign = text.slice(start, end), before = text.slice(Math.max(0, start - 1), start), after = text.slice(end, end + 1);
    if (QUOTES.has(sign)) {
      const [opening, closing] = QUOTES.get(sign);
      const opened = openQuotes.get(opening) ?? 0;
      if (opened && (sign === "»" || !isSpace(before))) { // « with spaces inside » in French
        openQuotes.set(opening, opened - 1);
        return closing;
      }
      const begins = !before || isSpace(before) || this.opening.has(before) || "-–—".includes(before);
      if (!begins || (sign !== "«" && isSpace(after))) return null; // an apostrophe, or a quote that belongs to nothing
      openQuotes.set(opening, opened + 1);
      return opening;
    }
    let mark = this.same.get(sign) ?? sign;
    if (!this.language.joins(before, "")) mark = this.fullWidth.get(mark) ?? mark;
    const apart = isSpace(before) && (!after || isSpace(after));
    return mark === DASH && sign !== "—" && sign !== "--" && !apart ? null : mark; // else a hyphen
  }
}
