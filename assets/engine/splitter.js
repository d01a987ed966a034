// Finds the words of scripts that are written without spaces, with a model of BudouX that the server sends. The rules are
// those of headline/corpus/language/splitter.py.

const JAPANESE_STEM = /(?<=[^\u3041-\u3096])(?=[\u3041-\u3096])/u; // before hiragana that follow other letters
const LONGEST = 2000; // characters that are split at once
// The features of a place between two characters: name in the model, first and last character, counted from the place.
const FEATURES = [
  ...[-3, -2, -1, 0, 1, 2].map((at, i) => [`UW${i + 1}`, at, at]),
  ...[-2, -1, 0].map((at, i) => [`BW${i + 1}`, at, at + 1]),
  ...[-3, -2, -1, 0].map((at, i) => [`TW${i + 1}`, at, at + 2]),
];

export class Splitter {
  /** `model`: feature -> letters -> score. `unspaced` is a pattern of the letters that have no spaces between words. */
  constructor(model, unspaced, tag) {
    this.scores = FEATURES.map(([name, from, to]) => ({ from, to, of: new Map(Object.entries(model[name] ?? {})) }));
    const all = Object.values(model).flatMap((scores) => Object.values(scores));
    this.base = -0.5 * all.reduce((a, b) => a + b, 0);
    this.unspaced = new RegExp(unspaced, "u");
    this.stems = tag === "ja";
  }

  /** The words of a run of letters: one where its script has spaces. */
  split(run) {
    if (!this.unspaced.test(run)) return [run];
    const characters = [...run], pieces = [];
    for (let at = 0; at < characters.length; at += LONGEST) pieces.push(...this.#parse(characters.slice(at, at + LONGEST)));
    return this.stems ? pieces.flatMap((piece) => piece.split(JAPANESE_STEM)) : pieces;
  }

  #parse(characters) {
    const pieces = [characters[0]];
    for (let i = 1; i < characters.length; i++) {
      let score = this.base;
      for (const { from, to, of } of this.scores) {
        if (i + from < 0 || i + to >= characters.length) continue;
        score += of.get(characters.slice(i + from, i + to + 1).join("")) ?? 0;
      }
      if (score > 0) pieces.push(characters[i]);
      else pieces[pieces.length - 1] += characters[i];
    }
    return pieces;
  }
}
