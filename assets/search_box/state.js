// What the search box knows: the list, what is chosen in it, and the grey text. No part of the page is read or changed here.
//
// A `text` is {value, head, tail, selected, focused}: all of it; what is before the caret, or before what is selected, and
// what is behind that; the number of selected characters; whether the box has the focus. A suggestion is as
// Suggester.answer in ../engine/suggester.js returns it.

import { fitsBefore } from "./marks.js";

const LOW = "<1%";
// The line and its list have the direction of the first letter, also of one that is only suggested.
const RIGHT_TO_LEFT = /^\P{L}*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** A probability as it is shown. */
export function figure(p) {
  return p >= 0.0095 ? `${(p * 100).toFixed(0)}%` : LOW;
}

/** A suggestion with the words that follow it, and no more than its first word. */
export const whole = (item) => ({ ...item, completion: item.completion + (item.more || "") });
export const firstWord = (item) => ({ ...item, completion: /^\s*\S+/.exec(item.completion)[0] });

export class State {
  items = []; // suggestions in the list
  version = 0; // of the rows: another number, other rows
  typed = null; // the text before the caret that they are for
  answered = ""; // the text whose answer they come from
  exact = false; // whether they are the answer for it, and not what is left of an older one
  complete = 0; // probability that the open word is complete
  active = -1; // index of the suggestion chosen by the arrows, or -1
  open = false;
  dismissed = false; // by Escape: no grey text until the next letter
  composing = false; // an input method is at work
  grey = { typed: "", rest: "" }; // the grey text, and the text before the caret that it is for
  offered = null; // the suggestion that is the grey text, as far as it is seen
  direction = "ltr";

  /** `rules` are those of the page: `sure` is the probability from which the first suggestion is grey text. */
  constructor(rules) {
    this.rules = rules;
  }

  /**
   * An answer for a text with which the one before the caret begins. One that was asked for earlier may come later: it is
   * passed over where that for more of the text is here.
   */
  hear({ text: answered, suggestions, complete = 0 }, text) {
    if (answered.length < this.answered.length && text.head.startsWith(this.answered)) return;
    this.answered = answered;
    const exact = answered === text.head;
    const found = exact ? suggestions : grownBy(suggestions, text.head.slice(answered.length));
    this.#show(text, found, exact ? complete : 0, exact);
  }

  /** Until an answer comes, suggestions that still fit stay in the list, so that it does not blink. */
  carryOver(text) {
    const typed = this.typed ?? "";
    if (text.head === typed) return;
    this.#show(text, text.head.startsWith(typed) ? grownBy(this.items, text.head.slice(typed.length)) : [], 0, false);
  }

  #show(text, suggestions, complete, exact) {
    const found = fitting(suggestions, text.tail, this.rules), same = text.head === this.typed;
    const chosen = same && this.active >= 0 ? this.items[this.active].completion : null;
    if (!same || !alike(found, this.items)) {
      this.version += 1;
      this.active = chosen === null ? -1 : found.findIndex((item) => item.completion === chosen); // the choice stays
    }
    Object.assign(this, { items: found, complete, typed: text.head, exact });
    this.setOpen(found.length > 0 && !this.dismissed);
  }

  setOpen(open) {
    this.open = open;
    if (!open) this.active = -1;
  }

  /** Choose a row by its number; -1 for none. */
  choose(i) {
    if (i >= 0) Object.assign(this, { dismissed: false, open: true });
    this.active = i;
  }

  /** The suggestion that the arrows chose. */
  get chosen() {
    return this.open && this.active >= 0 ? this.items[this.active] : null;
  }

  /** Where nothing is likely, figures and bars say nothing. */
  get isPlain() {
    return this.isEmpty || this.items.every((item) => figure(item.probability) === LOW);
  }

  /** Whether the rows are openings of an empty box. */
  get isEmpty() {
    return !this.typed?.trim();
  }

  /**
   * The suggestion that is grey text: the active one, or the first if it is likely enough. There is room for it only where
   * nothing is written behind the caret.
   */
  #greyItem({ head, tail, selected, focused }) {
    if (this.dismissed || this.composing || selected || tail.trim() || !focused || !this.items.length) return null;
    // The first suggestion, unless it ends an open word that is more probably complete.
    const first = this.items.find((item) => item.kind === "mark" || /^\s/.test(item.completion) || item.probability >= this.complete);
    const item = this.active >= 0 ? this.items[this.active] : first;
    if (!item || item.replaces || this.typed !== head) return null;
    return this.active >= 0 || item.probability >= this.rules.sure ? item : null;
  }

  /** While an answer is on its way: what is left of the grey text after the letters just typed. */
  #greySoFar({ head, tail }) {
    const { typed, rest } = this.grey, letters = head.slice(typed.length);
    if (!typed || !letters || !head.startsWith(typed) || tail.trim() || head === this.typed) return null;
    const fits = rest.toLowerCase().startsWith(letters.toLowerCase());
    return fits ? { completion: rest.slice(letters.length) } : null;
  }

  /**
   * Bring the grey text and the direction up to date. `more`: grey text goes on behind the word; `fits(text, grey)`: whether
   * it would be seen behind the text. What would not be seen is not offered.
   */
  settle(text, { more, fits }) {
    const item = this.#greyItem(text), shown = [item && more ? whole(item) : null, item ?? this.#greySoFar(text)];
    const seen = shown.find((one) => one && fits(text.head, one.completion)) ?? null;
    this.offered = item && seen;
    this.grey = seen ? { typed: text.head, rest: seen.completion } : { typed: "", rest: "" };
    this.direction = RIGHT_TO_LEFT.test(text.value || this.items[0]?.completion || "") ? "rtl" : "ltr";
  }
}

// The suggestions that fit what is behind the caret; where there is anything, it is what follows.
function fitting(all, tail, rules) {
  if (!tail.trim()) return all;
  return all.filter((item) => fitsBefore(item, tail, rules)).map((item) => ({ ...item, more: undefined }));
}

// A list that is carried over is mostly the same as the answer; then nothing is drawn again.
function alike(some, others) {
  return some.length === others.length && some.every((item, i) =>
    item.completion === others[i].completion && item.more === others[i].more && item.kind === others[i].kind && figure(item.probability) === figure(others[i].probability));
}

// What is left of suggestions after more letters were typed.
function grownBy(all, letters) {
  const left = all.filter((item) => !item.replaces && item.completion.toLowerCase().startsWith(letters.toLowerCase()));
  return left.map((item) => ({ ...item, completion: item.completion.slice(letters.length) })).filter((item) => item.completion);
}
