// How the text in the search box changes, as functions of strings: what taking a suggestion does at the caret, and what
// becomes of the space that came with it.
//
// A change is {from, to, text, caret, space}: `text` replaces what is from `from` to `to`, then the caret is at `caret`,
// and `space` says what a space right before the caret came with ("word" or "mark"), or what was typed in its place
// ("apostrophe", "possessive", "hyphen"); "" where there is none of these.

// Take a suggestion between the text before the caret and the text behind it, which may be separated by a selection
// of `selected` characters. Nothing behind the caret changes, but that there is one space after the word, or none before
// a sign that needs none. Letters behind the caret that finish the word are not written twice.
export function taken(before, behind, completion, { replaces = 0, selected = 0, ...signs } = {}) {
  const from = before.length - replaces;
  const word = /^\s*\S*$/.test(completion) && !/^\s/.test(completion) ? completion : "";
  if (word && !replaces && !selected && finishes(behind, word)) {
    const rest = behind.slice(word.length), end = from + word.length;
    return spaceAfter({ from: end, to: end, text: "", caret: end }, before + word, rest, signs);
  }
  const to = before.length + selected;
  const change = { from, to, text: completion, caret: from + completion.length };
  return spaceAfter(change, before.slice(0, from) + completion, behind, signs);
}

function finishes(behind, word) {
  return behind.slice(0, word.length).toLowerCase() === word.toLowerCase() && !startsWithLetter(behind.slice(word.length));
}

// Chinese, Japanese and Thai have no spaces between words.
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー、。，：；？！」』》】）\p{Script=Thai}]$/u;

function spaceAfter(change, before, behind, { closing = "", joining = "", opening = "" }) {
  if (UNSPACED.test(before) || opensQuote(before, opening)) return { ...change, space: "" };
  const space = endsWithMark(before, closing) ? "mark" : "word", spaces = /^\s*/.exec(behind)[0].length;
  if (spaces === 1) return { ...change, caret: change.caret + 1, space };
  if (behind && (closing + joining).includes(behind[0])) return { ...change, space: "" };
  if (behind[0] === '"' && quoteIsOpen(before)) return { ...change, space: "" };
  return { ...change, to: change.to + spaces, text: change.text + " ", caret: change.caret + 1, space };
}

// Whether the text ends with a quote or bracket that opens: a word follows it without a space. A straight quote opens
// where a space is before it.
export function opensQuote(text, opening) {
  return text !== "" && (opening.includes(text.slice(-1)) || /(?<!\S)["']$/.test(text));
}

// Whether the text ends with a mark. A full stop may be part of the word.
function endsWithMark(text, closing) {
  return /[^\s.%]$/.test(text) && (closing + '"').includes(text.slice(-1));
}

// What typing one character does where the space before the caret came with something (`space`, as above); null where
// the character is typed as always. A mark takes the place of the space and brings another; that one goes again where
// the mark was inside a number, an abbreviation or an address: 3.5, 9:30, U.S., example.com, "...".
export function typedAfter(before, character, space, { closing, joining }) {
  const end = before.length;
  const instead = (text, next, back = 1) => ({ from: end - back, to: end, text, caret: end - back + text.length, space: next });
  if (space === "word" || space === "mark") {
    if (character === " ") return { ...instead("", "", 0) };
    if (closing.includes(character) || (character === '"' && quoteIsOpen(before))) return instead(character + " ", "mark");
  }
  if (space === "word" && joining.includes(character)) {
    return instead(character, character === "-" ? "hyphen" : "'’".includes(character) ? "apostrophe" : "");
  }
  if (space === "mark" && isInside(before.slice(0, -1), character)) return instead(character, "");
  if (space === "hyphen" && character === " ") return instead(" - ", ""); // a dash
  if (space === "apostrophe" && character === "s" && /[\p{L}\p{N}]{2}.$/u.test(before)) return instead("s", "possessive", 0);
  if (space === "possessive" && startsWithLetter(character)) return instead(" " + character, "", 0);
  return null;
}

// Whether a character goes on right behind a mark: digits in a number, letters of an abbreviation or an address.
function isInside(before, character) {
  if (/\d[.:]$|(?<!\d)\d{1,3},$/.test(before)) return /\d/.test(character);
  if (/:$/.test(before)) return character === "/";
  if (/\.$/.test(before)) return "/'’".includes(character) || /\p{Ll}/u.test(character) || (/(?<![\p{L}\p{N}])\p{L}\.$/u.test(before) && startsWithLetter(character));
  return false;
}

export function startsWithLetter(text) {
  return /^[\p{L}\p{M}\p{N}]/u.test(text);
}

function quoteIsOpen(text) {
  return text.split('"').length % 2 === 0;
}

