// The text field of the search box: its text around the caret, and changes of it that can be undone.

import { typedAfter } from "./editing.js";

export class Field {
  changing = false; // by this script, and not by a key
  #space = { kind: "", text: "", caret: 0 }; // a space that nobody typed: what it came with (editing.js), as long as text and caret stay

  /** `root` is the Document or ShadowRoot that the input is in. */
  constructor(input, root) {
    Object.assign(this, { input, root });
  }

  get focused() {
    return this.root.activeElement === this.input;
  }

  /** The text as state.js has it. */
  get text() {
    const { value, selectionStart: from, selectionEnd: to } = this.input;
    return { value, head: value.slice(0, from), tail: value.slice(to), selected: to - from, focused: this.focused };
  }

  /** The change (editing.js) that typing makes other than usual; null for none. */
  unusual({ inputType, data, cancelable }, rules) {
    if (this.changing || !cancelable || inputType !== "insertText" || [...(data || "")].length !== 1) return null;
    return typedAfter(this.text.head, data, this.#spaceKind, rules);
  }

  /** Make a change as editing.js describes it. */
  apply({ from, to, text, caret, space }) {
    this.changing = true;
    this.replace(from, to, text);
    this.input.setSelectionRange(caret, caret);
    this.#space = { kind: space, text: this.input.value, caret };
    this.changing = false;
  }

  /** By insertText, so that undo and redo work. */
  replace(from, to, text) {
    const { input } = this;
    input.focus();
    input.setSelectionRange(from, to);
    if (from === to && !text) return;
    if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
      input.setRangeText(text, from, to, "end");
      input.dispatchEvent(new InputEvent("input", { inputType: "insertReplacementText" }));
    }
  }

  get #spaceKind() {
    const { value, selectionStart, selectionEnd } = this.input, { kind, text, caret } = this.#space;
    return text === value && caret === selectionStart && caret === selectionEnd ? kind : "";
  }
}
