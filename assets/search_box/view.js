// The search box as one sees it: draws a State (state.js) into the markup of search_box.html. Data is only ever set as text.

import { spoken } from "./marks.js";
import { figure } from "./state.js";

const MARGIN = 16; // pixels between the caret and the end of the line
const NARROW = "(max-width: 480px), (pointer: coarse)"; // as in search_box.css

export class View {
  #rows = [];
  #version = 0; // of the rows that are drawn
  #active = -1; // the row that is marked
  #scrolled = 0;
  #width = Infinity; // pixels of the line in which letters are seen
  #ink = document.createElement("canvas").getContext("2d");
  #chips = matchMedia(NARROW);

  /** `input` is the field that is typed into, if that is not the one of the markup. */
  constructor(element, input) {
    const find = (selector) => element.querySelector(selector);
    this.box = find(".box");
    this.input = input ?? this.box;
    this.list = find(".list");
    Object.assign(this, { greyTyped: find(".ghost-typed"), greyRest: find(".ghost-rest"), status: find(".status") });
    Object.assign(this, { saved: find(".saved-line"), loading: find(".loading-line"), told: find(".told") });
    new ResizeObserver(() => this.#measure()).observe(this.input);
  }

  /** Whether suggestions are chips for a thumb. */
  get chips() {
    return this.#chips.matches;
  }

  /** Whether grey text behind a text would be seen, all of it. */
  fits(text, grey) {
    return this.#ink.measureText(text + grey).width - this.#scrolled <= this.#width;
  }

  draw(state) {
    const { list, box } = this;
    const redrawn = state.version !== this.#version;
    if (redrawn) {
      list.classList.toggle("plain", state.isPlain);
      list.classList.toggle("openings", state.isEmpty);
      this.#drawRows(state);
      this.#version = state.version;
    }
    if (state.typed !== null) set(list.dataset, "typed", state.typed);
    set(list.dataset, "exact", state.exact ? "1" : "");
    for (const part of [box.parentElement, list]) set(part, "dir", state.direction);
    if (box.getAttribute("aria-expanded") !== String(state.open)) {
      box.setAttribute("aria-expanded", String(state.open));
      list.classList.toggle("closed", !state.open);
    }
    if (redrawn || state.active !== this.#active) this.#mark(state.active);
    write(this.greyTyped, state.grey.typed);
    write(this.greyRest, state.grey.rest);
  }

  /** Keep the grey text in place when a long text scrolls. */
  followScroll() {
    const at = this.input.scrollLeft; // less than 0 from right to left
    if (Math.abs(at) === this.#scrolled) return;
    this.#scrolled = Math.abs(at);
    this.greyRest.parentElement.style.transform = `translateX(${-at}px)`;
  }

  /** Bring the caret into view behind a text that a script has written. */
  reveal(text) {
    const at = this.#ink.measureText(text).width, behind = at - this.#scrolled;
    if (behind >= 0 && behind + MARGIN <= this.#width) return;
    const to = Math.max(0, behind < 0 ? at - MARGIN : at + MARGIN - this.#width);
    this.input.scrollLeft = this.box.parentElement.dir === "rtl" ? -to : to;
    this.followScroll();
  }

  /** How many rows there is room for. */
  makeRoom(rows) {
    this.list.style.setProperty("--shown", rows);
  }

  /** Keys pressed, compared with the length of the text. */
  drawSaved(keys, letters) {
    const share = letters ? Math.max(0, 1 - keys / letters) : 0;
    const percent = Math.round(share * 100);
    const figures = `${count(keys, "key")} pressed for ${count(letters, "letter")}: ${percent} % saved`;
    write(this.saved, percent
      ? this.chips ? `${percent} % of the keys saved` : figures
      : this.chips ? "A tap takes a word." : "Tab takes the grey words, the arrow keys choose from the list.");
  }

  /** How much of the model has arrived, or whether it answers. */
  drawEngine({ progress, ready }) {
    this.list.dataset.engine = ready ? "1" : "";
    const loading = progress < 1 ? `Loading the model: ${Math.floor(progress * 100)} %` : "Preparing the model…";
    write(this.loading, progress === undefined ? "" : loading);
  }

  /** Say something that is only to be heard. */
  say(text) {
    write(this.status, text);
  }

  /** Say something that is seen and heard. */
  tell(text) {
    write(this.told, text);
  }

  /** Take a message away, if it is still there. */
  untell(text) {
    if (this.told.textContent === text) write(this.told, "");
  }

  #measure() {
    const { font, paddingLeft, paddingRight } = getComputedStyle(this.input);
    this.#ink.font = font;
    this.#width = this.input.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  }

  #mark(active) {
    this.list.children[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = active;
    const row = this.list.children[active];
    if (!row) return this.box.removeAttribute("aria-activedescendant");
    row.setAttribute("aria-selected", "true");
    this.box.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  }

  // Rows are reused, and only what differs is written: the layout of the list takes longer than finding it.
  #drawRows({ items, typed }) {
    items.forEach((item, i) => {
      const row = (this.#rows[i] ??= newRow(`${this.list.id}-${i}`));
      fill(row, item, typed);
      if (!row.element.parentNode) this.list.append(row.element);
    });
    while (this.list.children.length > items.length) this.list.lastChild.remove();
  }
}

function newRow(id) {
  const row = { element: document.createElement("li") };
  row.element.id = id;
  row.element.setAttribute("role", "option");
  row.element.setAttribute("aria-selected", "false");
  const line = part("words");
  const text = document.createElement("bdi"); // it is cut at its beginning, as search_box.css explains
  for (const [name, className] of [["earlier", "typed earlier"], ["begun", "typed"], ["rest", "rest"], ["more", "more"]]) text.append(row[name] = part(className));
  line.append(text);
  row.meter = part("meter");
  row.meter.setAttribute("aria-hidden", "true");
  row.element.append(line, row.mark = part("mark"), row.meter, row.figure = part("figure"));
  return row;
}

const EARLIER = 28; // characters of the words before the open one, at most; CSS cuts their beginning where there is less room

function fill(row, item, text) {
  const kept = text.slice(0, text.length - (item.replaces || 0)); // a correction, the space before a mark, or a Korean syllable that goes on
  const openAt = kept.length - /\S*$/.exec(kept)[0].length; // where the open word begins
  const earlier = kept.slice(0, openAt);
  write(row.earlier, earlier.length > EARLIER ? "…" + earlier.slice(1 - EARLIER) : earlier);
  write(row.begun, kept.slice(openAt));
  write(row.rest, item.completion);
  write(row.more, item.more || "");
  write(row.mark, item.kind === "correction" ? "did you mean" : "");
  const shown = figure(item.probability);
  if (row.figure.textContent !== shown) row.meter.style.setProperty("--share", `${Math.min(100, item.probability * 100).toFixed(1)}%`);
  write(row.figure, shown);
  if (item.kind === "mark") row.element.setAttribute("aria-label", spoken(row.earlier.textContent + row.begun.textContent, item, shown));
  else if (row.element.hasAttribute("aria-label")) row.element.removeAttribute("aria-label");
  if (row.element.getAttribute("aria-selected") !== "false") row.element.setAttribute("aria-selected", "false");
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function set(holder, name, value) {
  if (holder[name] !== value) holder[name] = value;
}

function count(n, noun) {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

function part(className) {
  const span = document.createElement("span");
  span.className = className;
  return span;
}
