// The vocabulary: words and marks to ids and back, how each is written, and what was typed.

import { isSpace } from "./characters.js";
import { Tokenizer } from "./segmentation.js";
import { startingWith } from "./sorted_words.js";

const PAD = "<pad>", UNK = "<unk>";
export const START = "<s>", END = "</s>";
const OPENING_SIGNS = "\"'“‘«([{¿¡"; // a word may follow one of these without a space
const FIRST_SIGNS = "#@$£€₹"; // the first sign of a word: $5, #MeToo

export class Vocabulary {
  /** Of the text of vocabulary.txt (docs/checkpoint.md), and a Language. */
  constructor(text, language) {
    const specials = new Set([PAD, UNK, START, END]);
    this.tokenizer = new Tokenizer(language);
    this.written = [];
    this.counts = [];
    this.formsAfter = new Map(); // id of a word -> id of the next word -> how that is written then
    this.formsBefore = new Map(); // the same, of the word before it
    text.split("\n").slice(0, -1).forEach((line, i) => {
      const [written, count, after, before] = line.split("\t");
      this.written.push(written);
      this.counts.push(Number(count));
      addForms(after, i, this.formsAfter);
      addForms(before, i, this.formsBefore);
    });
    this.stoi = new Map();
    this.itos = this.written.map((word, i) => {
      let key = specials.has(word) ? word : this.tokenizer.key(word);
      // Older programs took İstanbul and Istanbul for two words: the second keeps a key of its own.
      if (this.stoi.has(key)) key = word.toLowerCase();
      if (!this.stoi.has(key)) this.stoi.set(key, i);
      return key;
    });
    this.specials = [...this.itos.keys()].filter((i) => specials.has(this.written[i]));
    this.marks = [...this.itos.keys()].filter((i) => this.tokenizer.marks.has(this.itos[i]));
    this.unk = this.stoi.get(UNK);
    this.start = this.stoi.get(START);
    this.end = this.stoi.get(END);
    const apart = new Set([...this.specials, ...this.marks]);
    this.sortedIds = [...this.itos.keys()].filter((i) => !apart.has(i)).sort((a, b) => (this.itos[a] < this.itos[b] ? -1 : 1));
    this.sortedWords = this.sortedIds.map((i) => this.itos[i]);
  }

  get size() {
    return this.itos.length;
  }

  /**
   * How the word with id `i` is written between two others, of which the first decides before the second. `before` is null
   * after a mark or at the start, `after` where it is not known what follows.
   */
  writtenBetween(before, i, after = null) {
    return this.formsAfter.get(before)?.get(i) ?? this.formsBefore.get(after)?.get(i) ?? this.written[i];
  }

  /** The id of a word or mark by its key. An unknown word becomes <unk>; an unknown mark has none (undefined). */
  id(key) {
    return this.stoi.get(key) ?? (this.tokenizer.marks.has(key) ? undefined : this.unk);
  }

  /** The ids of the words whose key begins with `prefix`, in alphabetical order. */
  startingWith(prefix) {
    const [from, to] = startingWith(this.sortedWords, prefix);
    return this.sortedIds.slice(from, to);
  }

  /**
   * Separate the settled words of a text from the one that is still being typed. A word is open until a space or a mark
   * follows it; a sign that may be inside a word (the hyphen of “15-year-”) leaves it open while some word continues so.
   *
   * Returns {context, keys, words, starts, mark, fragment, needsSpace}: ids of the settled words and marks, and their keys;
   * these words as they are in the text; for each, whether it begins the text or follows a mark other than a comma; the mark just before the
   * open word, or ""; the letters of the open word, or ""; whether the next word needs a space before it.
   */
  splitTyped(text) {
    const tokens = this.tokenizer.scan(text);
    const last = text.slice(-1), beforeLast = text.slice(-2, -1);
    if (!text || isSpace(last)) return this.#typed(tokens, "", false);
    const open = this.#openWord(text, tokens);
    if (open) return this.#typed([...tokens.slice(0, open.at), ...open.settled], open.fragment, false);
    if (tokens.length && tokens.at(-1).end === text.length) {
      const glued = this.tokenizer.opening.has(tokens.at(-1).text) || this.tokenizer.language.joins(text, "");
      return this.#typed(tokens, "", !glued); // a mark
    }
    const begins = text.length === 1 || isSpace(beforeLast) || OPENING_SIGNS.includes(beforeLast);
    if (this.tokenizer.marks.size && FIRST_SIGNS.includes(last) && begins) return this.#typed(tokens, last, false);
    const opened = OPENING_SIGNS.includes(last) && (text.length === 1 || isSpace(beforeLast));
    return this.#typed(tokens, "", !opened);
  }

  /**
   * {at, settled, fragment}: the index among the tokens from which on all are open; words that turn out to be settled; and
   * the letters of the open word. Or null.
   */
  #openWord(text, tokens) {
    const words = [...tokens.keys()].filter((i) => !tokens[i].isMark);
    if (!words.length) return null;
    const at = words.at(-1), earlier = words.at(-2), last = tokens[at];
    // “U.S” and “amazon.c” are two words until their last letters make one of them.
    const between = words.length > 1 ? text.slice(tokens[earlier].end, last.start) : " ";
    if (last.end === text.length && between.length < 2 && !isSpace(between)) {
      const joined = text.slice(tokens[earlier].start);
      if (this.#beginsAWord(joined)) return { at: earlier, settled: [], fragment: joined };
    }
    const tail = text.slice(last.end);
    const open = !tail || (this.tokenizer.joiners.includes(tail) && this.#beginsAWord(text.slice(last.start)));
    return open ? { at, ...this.#openUnspaced(text.slice(last.start)) } : null;
  }

  /**
   * A word of the vocabulary apart from what begins another behind it, where nothing begins with all of the letters and the
   * script has no spaces: the splitter may cut a word that is not finished elsewhere.
   */
  #openUnspaced(letters) {
    if (this.tokenizer.language.splitter?.unspaced.test(letters) && !this.#beginsAWord(letters)) {
      const characters = [...letters];
      for (let n = characters.length - 1; n > 0; n--) {
        const text = characters.slice(0, n).join(""), rest = characters.slice(n).join("");
        if (this.stoi.has(this.tokenizer.key(text)) && this.#beginsAWord(rest)) {
          return { settled: [{ text, start: 0, end: text.length, isMark: false }], fragment: rest };
        }
      }
    }
    return { settled: [], fragment: letters };
  }

  #beginsAWord(letters) {
    const [from, to] = startingWith(this.sortedWords, this.tokenizer.key(letters));
    return to > from;
  }

  #typed(settled, fragment, needsSpace) {
    const keys = settled.map((token) => this.tokenizer.key(token.text)).filter((key) => this.id(key) !== undefined);
    const context = keys.map((key) => this.id(key));
    const words = settled.filter((token) => !token.isMark).map((token) => token.text);
    const mark = this.#markBefore(settled);
    return { context, keys, words, starts: starts(settled), mark, fragment, needsSpace };
  }

  /** The mark at the end of some tokens, or "": the end of a sentence where only opening marks follow it. */
  #markBefore(tokens) {
    const { sentenceEnds, opening } = this.tokenizer;
    let last = "";
    for (const { text, isMark } of [...tokens].reverse()) {
      if (!isMark || (last && !sentenceEnds.has(text) && !opening.has(text))) break;
      if (!last || sentenceEnds.has(text)) last = text;
      if (!opening.has(last)) break;
    }
    return last;
  }
}

/** Add the forms that the word with id `i` has beside others, of a column “House:17,325 HOUSE:4”, by the ids of these. */
function addForms(column, i, found) {
  for (const text of column ? column.split(" ") : []) {
    const at = text.lastIndexOf(":");
    for (const other of text.slice(at + 1).split(",").map(Number)) {
      if (!found.has(other)) found.set(other, new Map());
      found.get(other).set(i, text.slice(0, at));
    }
  }
}

/** For each word among some tokens, whether it is the first or follows a mark other than a comma. */
function starts(tokens) {
  const found = [];
  let start = true;
  for (const { text, isMark } of tokens) {
    if (!isMark) found.push(start);
    start = isMark && (start || text !== ",");
  }
  return found;
}
