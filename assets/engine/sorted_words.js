// Words in alphabetical order, in which those with a common beginning are one slice.

const AFTER_ALL = "\uffff"; // sorts after every other character

/** [from, to): the slice of sorted words that begin with `prefix`. */
export function startingWith(words, prefix) {
  const from = firstFrom(words, prefix, 0);
  if (from === words.length || !words[from].startsWith(prefix)) return [from, from]; // most that are asked for
  return [from, firstFrom(words, prefix + AFTER_ALL, from)];
}

/** The index of the first word that is not before `word`. */
export function firstFrom(words, word, from) {
  let to = words.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (words[middle] < word) from = middle + 1;
    else to = middle;
  }
  return from;
}
