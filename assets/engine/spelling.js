// Corrections of typing mistakes by a noisy channel model (Kernighan, Church & Gale 1990, "A Spelling Correction Program
// Based on a Noisy Channel Model"). The slips are the four of Damerau 1964; doubled and neighbouring letters have their
// own probabilities, and so have letters without their marks. Letters and keyboard are those of the language.

// The probability that a word is typed with one given slip.
const EXCHANGED = 6e-4, DOUBLED = 6e-4, EXTRA = 3e-5, MISSING = 3e-4, NEIGHBOUR = 3e-4, WRONG = 2e-5;
const UNMARKED = 2e-3; // a letter without its mark, such as e for é
export const TWO_SLIPS = 1e-7; // any two of them
const MOST = 50; // words within two slips that are looked at

/** What one slip may have turned into `typed`, with the probability of the slip: Map. Prefixes count too. */
export function oneSlip(typed, language) {
  const meant = new Map();
  const add = (text, chance) => {
    if (text !== typed && chance > (meant.get(text) ?? 0)) meant.set(text, chance);
  };
  const letters = [...typed];
  letters.forEach((letter, i) => {
    const before = letters.slice(0, i).join(""), after = letters.slice(i + 1).join("");
    add(before + after, letter === letters[i - 1] ? DOUBLED : EXTRA);
    if (after) add(before + letters[i + 1] + letter + letters.slice(i + 2).join(""), EXCHANGED);
    const near = language.near.get(letter) ?? "";
    for (const other of language.withMarks.get(letter) ?? "") add(before + other + after, UNMARKED);
    for (const other of language.letters) {
      add(before + other + after, near.includes(other) ? NEIGHBOUR : WRONG);
      add(before + other + letter + after, MISSING);
    }
  });
  for (const other of language.letters) add(typed + other, MISSING);
  return meant;
}

/** Which letters a word has, as 32 bits. A slip changes two of them at most. */
export function lettersOf(word) {
  let bits = 0;
  for (let i = 0; i < word.length; i++) bits |= 1 << (word.charCodeAt(i) & 31);
  return bits;
}

/**
 * The indices of up to 50 words that are within two slips of a whole typed word, the nearest first. `letters` are those
 * of each word.
 */
export function twoSlips(typed, words, letters) {
  const found = [[], [], []]; // by distance
  const own = lettersOf(typed);
  words.forEach((word, i) => {
    if (Math.abs(word.length - typed.length) > 2 || ones(own ^ letters[i]) > 4) return;
    const distance = slips(typed, word);
    if (distance <= 2) found[distance].push(i);
  });
  return found.flat().slice(0, MOST);
}

/** How many bits are 1. */
function ones(bits) {
  let n = 0;
  for (; bits; bits &= bits - 1) n++;
  return n;
}

/** Optimal string alignment: the fewest slips between two words, no letter in two of them; at most 3, counted exactly. */
function slips(a, b) {
  let earlier = null, above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], earlier[j - 2] + 1);
      least = Math.min(least, row[j]);
    }
    if (least > 3) return least; // an exchange may yet save one
    [earlier, above] = [above, row];
  }
  return above[b.length];
}
