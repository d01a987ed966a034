// Words in alphabetical order in one array of UTF-16 units: as strings of their own they would take three times the memory,
// and the browser's garbage collector would visit each of them.

export class PackedWords {
  /** `units` has all words one behind the other: Uint16Array; word i is units[begins[i]:begins[i + 1]]: Uint32Array (n + 1,). */
  constructor(units, begins) {
    this.units = units;
    this.begins = begins;
  }

  get length() {
    return this.begins.length - 1;
  }

  at(i) {
    return String.fromCharCode(...this.units.subarray(this.begins[i], this.begins[i + 1]));
  }

  /** How many UTF-16 units word i has. */
  unitsOf(i) {
    return this.begins[i + 1] - this.begins[i];
  }

  /** The index of a word, -1 if it is not there. */
  indexOf(word) {
    const at = this.#first(word, false);
    return at < this.length && this.unitsOf(at) === word.length && this.#compared(at, word) === 0 ? at : -1;
  }

  /** [from, to): the slice of words that begin with `prefix`. */
  startingWith(prefix) {
    const from = this.#first(prefix, false);
    if (from === this.length || this.#compared(from, prefix) !== 0) return [from, from]; // most that are asked for
    return [from, this.#first(prefix, true, from)];
  }

  /** The index of the first word that is not before `text`, or, if `behind`, that is behind all that begin with it. */
  #first(text, behind, from = 0) {
    let to = this.length;
    while (from < to) {
      const middle = (from + to) >> 1, order = this.#compared(middle, text);
      if (order < 0 || (behind && order === 0)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Less than 0 where word i is before `text`, 0 where it begins with it, else more. */
  #compared(i, text) {
    const { units, begins } = this, begin = begins[i], length = Math.min(begins[i + 1] - begin, text.length);
    for (let n = 0; n < length; n++) {
      const order = units[begin + n] - text.charCodeAt(n);
      if (order) return order;
    }
    return length - text.length;
  }
}

/** Collects words, each given by how many units it has in common with the one before and the rest: text[from:to]. */
export class WordsPacker {
  #units = new Uint16Array(2 ** 16);
  #begins = [0];

  add(same, text, from, to) {
    const last = this.#begins.at(-2), begin = this.#begins.at(-1), end = begin + same + to - from;
    if (end > this.#units.length) {
      const larger = new Uint16Array(2 * end);
      larger.set(this.#units);
      this.#units = larger;
    }
    this.#units.copyWithin(begin, last, last + same);
    for (let at = begin + same; from < to; at++, from++) this.#units[at] = text.charCodeAt(from);
    this.#begins.push(end);
  }

  packed() {
    return new PackedWords(this.#units.slice(0, this.#begins.at(-1)), Uint32Array.from(this.#begins));
  }
}
