// Which punctuation marks may come next. The rules are those of headline/generator/words/punctuation.py.

/** Which marks may follow a text: `before` are the keys of its words and marks, `last` is the last of them or "". */
export class Punctuation {
  /** `rules` are `marks` of language.json, `signs` the marks of a vocabulary. */
  constructor({ opening, closing, pairs, unfinished }, signs, isMark) {
    Object.assign(this, { signs, isMark, pairs: new Map(Object.entries(pairs)), opening: new Set(opening), closing: new Set(closing), unfinished: new Set(unfinished) });
    this.opens = new Map([...this.pairs].map(([begin, end]) => [end, begin]));
  }

  /** For each of the signs, whether it is sound. */
  sound(before, last) {
    const opened = before.filter((key) => this.isMark.has(key));
    return this.signs.map((mark) => this.#isSound(mark, opened, last));
  }

  #isSound(mark, opened, last) {
    const count = (sign) => opened.filter((key) => key === sign).length;
    if (this.opens.has(mark)) return count(this.opens.get(mark)) > count(mark) && !this.unfinished.has(last);
    if (this.opening.has(mark)) return !this.opening.has(last) && count(mark) === count(this.pairs.get(mark) ?? mark);
    if (".…".includes(mark) && last.endsWith(".")) return false;
    return last !== "" && (!this.isMark.has(last) || this.opens.has(last));
  }
}

/** The probability that no mark comes next, and that of each mark, given that none of the unsound ones does. */
export function besideWords(marks, sound) {
  const rest = Math.max(1 - marks.reduce((sum, p, i) => (sound[i] ? sum : sum + p), 0), 1e-6);
  const possible = marks.map((p, i) => (sound[i] ? p / rest : 0));
  return { noMark: Math.max(0, 1 - possible.reduce((a, b) => a + b, 0)), possible };
}
