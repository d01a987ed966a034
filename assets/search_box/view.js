// The search box as one sees it: draws a State (state.js) into the markup of search_box.html. Data is only ever set as text.

import { spoken } from "./marks.js";
import { figure } from "./state.js";

const NARROW = "(max-width: 480px), (pointer: coarse)"; // as in search_box.css

export class View {
  #rows = [];
  #version = 0; // of the rows that are drawn
  #active = -1; // the row that is marked
  #scrolled = 0;
  #room = 28; // characters of the earlier words that fit into a row, so that the whole completion is visible
  #chips = matchMedia(NARROW);

  constructor(element) {
    const find = (selector) => element.querySelector(selector);
    this.box = find(".box");
    this.list = find(".list");
    Object.assign(this, { greyTyped: find(".ghost-typed"), greyRest: find(".ghost-rest"), status: find(".status") });
    Object.assign(this, { saved: find(".saved-line"), loading: find(".loading-line") });
    const sized = () => (this.#room = Math.max(0, Math.min(28, Math.floor(this.list.clientWidth / 10) - 50)));
    new ResizeObserver(sized).observe(this.list);
  }

  /** Whether suggestions are chips for a thumb. */
  get chips() {
    return this.#chips.matches;
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
    const at = this.box.scrollLeft;
    if (at === this.#scrolled) return;
    this.#scrolled = at;
    this.greyRest.parentElement.style.transform = `translateX(${-at}px)`;
  }

  /** How many rows there is room for. */
  makeRoom(rows) {
    this.list.style.setProperty("--shown", rows);
  }

  /** Keys pressed, compared with the length of the text. */
  drawSaved(keys, letters) {
    const share = Math.max(0, 1 - keys / letters);
    write(this.saved, letters
      ? `${count(keys, "key")} pressed for ${count(letters, "letter")}: ${Math.round(share * 100)} % saved`
      : this.chips ? "A tap takes a word." : "Tab takes the grey words, the arrow keys choose from the list.");
  }

  /** How much of the model has arrived, or whether it answers. */
  drawEngine({ progress, ready }) {
    this.list.dataset.engine = ready ? "1" : "";
    write(this.loading, progress === undefined ? "" : `Loading the model into this page: ${Math.floor(progress * 100)} %`);
  }

  say(text) {
    this.status.textContent = text;
  }

  get said() {
    return this.status.textContent;
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
      fill(row, item, typed, this.#room);
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
  for (const [name, className] of [["earlier", "typed earlier"], ["begun", "typed"], ["rest", "rest"], ["more", "more"]]) line.append(row[name] = part(className));
  row.meter = part("meter");
  row.meter.setAttribute("aria-hidden", "true");
  row.element.append(line, row.mark = part("mark"), row.meter, row.figure = part("figure"));
  return row;
}

function fill(row, item, text, room) {
  const kept = text.slice(0, text.length - (item.replaces || 0)); // a correction, the space before a mark, or a Korean syllable that goes on
  const openAt = kept.length - /\S*$/.exec(kept)[0].length; // where the open word begins
  const earlier = kept.slice(0, openAt);
  write(row.earlier, earlier.length > room ? "…" + earlier.slice(-room) : earlier);
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
