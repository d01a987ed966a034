// The text field of another page, of which the search box reads and changes the line that the caret is in.

import { Field } from "../search_box/field.js";

export class LineField extends Field {
  /** Where the line of the caret begins in the text: 0 in an input, which has one. */
  get #begins() {
    return this.input.value.lastIndexOf("\n", this.input.selectionStart - 1) + 1;
  }

  get text() {
    const text = super.text, from = this.#begins;
    return { ...text, head: text.head.slice(from), tail: text.tail.split("\n", 1)[0] };
  }

  apply({ from, to, text, caret, space }) {
    const begins = this.#begins;
    super.apply({ from: begins + from, to: begins + to, text, caret: begins + caret, space });
  }
}
