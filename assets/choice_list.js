// A list of whole headlines, each marked as new or seen in training; a click puts one into the search box or copies it.
// Gradio runs this as the body of a function with element, props and watch. Data is only ever set as text. search_box.js
// lists the events of the document.

import { copied } from "./search_box/clipboard.js";

const BUSY = "Writing headlines…";
const STILL_BUSY = "Still writing: the server is busy, or does not answer.";
const PATIENCE = 15_000; // milliseconds

const root = element.querySelector(".choices");
const list = document.createElement("ul"), note = part("note", "");
list.setAttribute("aria-label", props.name);
note.setAttribute("role", "status");
root.append(note, list);

function part(className, text) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  return span;
}

function button(className) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  return made;
}

const send = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

/** A row that can be filled again: its buttons stay, with the focus, and a press that began takes what it began on. */
class Row {
  constructor() {
    this.element = document.createElement("li");
    this.use = button("choice");
    this.use.dir = "auto"; // by the headline's first letter
    this.copy = button("copy");
    this.element.append(this.use, this.copy);
    this.element.addEventListener("pointerdown", () => (this.pressed = this.item));
    this.use.addEventListener("click", (event) => send("headline-put", this.#chosen(event).text));
    this.copy.addEventListener("click", (event) => this.#copy(this.#chosen(event).text));
  }

  fill(item) {
    if (this.item?.text === item.text && this.item.mark === item.mark && this.item.kept === item.kept) return;
    this.item = item;
    const words = part("words", "");
    words.append(part("typed", item.kept), part("rest", item.rest));
    this.use.replaceChildren(words, part("mark", item.mark));
    this.copy.textContent = "Copy";
    this.copy.setAttribute("aria-label", `Copy: ${item.text}`);
  }

  #chosen(event) {
    return (event.detail && this.pressed) || this.item; // `detail` is 0 for a key
  }

  async #copy(text) {
    const done = await copied(text);
    this.copy.textContent = done ? "Copied" : "Not allowed";
    note.textContent = done ? "Copied." : "The browser does not allow copying: select the text yourself.";
    if (done) send("headline-finished", text);
    setTimeout(() => (this.copy.textContent = "Copy"), 1500);
  }
}

const rows = [];
let patience = 0;

function draw() {
  busy(false);
  const { items, note: said = "" } = props.value || {};
  if (!items) return (note.textContent = said); // nothing was written: the rows stay
  items.forEach((item, i) => (rows[i] ??= new Row()).fill(item));
  while (list.children.length > items.length) list.lastChild.remove();
  for (const row of rows.slice(list.children.length, items.length)) list.append(row.element);
  note.textContent = said || (items.length ? `${items.length} ${items.length === 1 ? "headline" : "headlines"}.` : "");
}

// The rows stay until there are others.
function busy(yes) {
  clearTimeout(patience);
  root.setAttribute("aria-busy", String(yes));
  if (!yes) return;
  note.textContent = BUSY;
  patience = setTimeout(() => (note.textContent = STILL_BUSY), PATIENCE);
}

document.addEventListener("headline-writing", () => busy(true));
watch("value", draw);
draw();
