// The search box in a text field of another page: the same list, grey text and keys, and nothing else of the page changes.

import { SearchBox } from "../search_box/box.js";
import { actionOf } from "../search_box/keys.js";
import { AttachedView, styles } from "./attached_view.js";
import { LineField } from "./line_field.js";
import { answersFor, readModel } from "./model.js";

const known = new WeakMap(); // field -> what is attached to it

/**
 * Attach grey text and list to an <input> or <textarea>. The model is fetched when the field first has the focus. Returns
 * {detach()}. Throws a TypeError for any other element.
 */
export function attach(input) {
  if (input?.localName !== "textarea" && !(input?.localName === "input" && ["text", "search"].includes(input.type))) {
    throw new TypeError("headline.js attaches to an <input> of type text or search, or to a <textarea>.");
  }
  if (!known.has(input)) known.set(input, new Attached(input));
  return known.get(input);
}

class Attached {
  constructor(input) {
    this.input = input;
    this.ended = new AbortController();
    input.addEventListener("focus", () => this.#start(), { once: true, signal: this.ended.signal });
    if (input.getRootNode().activeElement === input) this.#start();
  }

  async #start() {
    const { input } = this;
    const [{ rules }, sheets] = await Promise.all([readModel(), styles()]);
    if (this.ended.signal.aborted || this.view) return;
    const view = (this.view = new AttachedView(input, sheets)), root = input.getRootNode();
    this.autocomplete = input.getAttribute("autocomplete");
    input.setAttribute("autocomplete", "off"); // the browser's own list would lie over this one
    this.box = new SearchBox({
      root, view, rules,
      input,
      field: new LineField(input, root),
      settings: { values: { shown: rules.rows, style: "auto", phrases: true } },
      answers: answersFor,
      keys: (event, state, text) => actionInForm(event, state, text, view),
    });
    this.box.choose("model");
  }

  detach() {
    this.ended.abort();
    this.box?.close();
    this.view?.close();
    known.delete(this.input);
    if (!this.view) return;
    if (this.autocomplete === null) this.input.removeAttribute("autocomplete");
    else this.input.setAttribute("autocomplete", this.autocomplete);
  }
}

/** What a key does: what it does in the search box, but that Enter and Escape are the form's where they take nothing. */
function actionInForm(event, state, text, view) {
  const action = actionOf(event, state, text);
  if (action?.submit || action?.empty) return null;
  if (action?.dismiss && !view.opened && !state.grey.rest) return null;
  return action;
}
