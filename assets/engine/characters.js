// Classes of characters, as Python has them: the rules of the tokenizer and of letter case are stated in its terms.

export const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
export const WORD = String.raw`[\p{L}\p{N}_]`;

const SPACES = new RegExp(`^${SPACE}+$`, "u"), BLANK = new RegExp(`^${SPACE}*$`, "u");

export const isSpace = (text) => SPACES.test(text);
export const isBlank = (text) => BLANK.test(text);
/** Whether there are only letters and their marks, which no number or code has. */
export const isWord = (text) => /^[\p{L}\p{M}]*$/u.test(text);
export const isUpper = (text) => /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
export const isLower = (text) => /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
export const letters = (text) => text.match(/\p{L}/gu)?.length ?? 0;
/** The first character, which may be two units of UTF-16. */
export const firstOf = (text) => (text ? String.fromCodePoint(text.codePointAt(0)) : "");
