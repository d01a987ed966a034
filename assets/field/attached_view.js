// Grey text and a list over a text field of another page. Both are in a shadow root at the end of the page, so that no style
// leaks in or out and the page's own markup stays as it is. Data is only ever set as text.

import { View } from "../search_box/view.js";

const GAP = 4; // pixels between the field and the list
const NARROWEST = 280; // pixels of the list, where the window has them
// What makes the grey text look as the field's own.
const OF_THE_FIELD = `font-family font-size font-style font-weight font-stretch font-variant font-kerning font-feature-settings
  letter-spacing word-spacing text-indent text-transform text-align line-height direction tab-size
  padding-top padding-right padding-bottom padding-left`.split(/\s+/);
const VARIABLES = ["text", "background", "border", "accent", "grey", "radius", "font"]; // --headline-…, which a page may set
const OPAQUE = /^(?:rgb\(|color\([^/]*\)$)/;

/** Style sheets for the shadow root: promises, made once. */
let sheets = null;
export function styles() {
  sheets ??= Promise.all(["../search_box.css", "field.css"].map(async (name) => {
    const sheet = new CSSStyleSheet(); // a constructed sheet is no inline style: no policy refuses it
    return sheet.replace(await (await fetch(new URL(name, import.meta.url))).text());
  }));
  return sheets;
}

export class AttachedView extends View {
  opened = false; // whether the list is seen
  #active = -1;

  /** `input` is the field; `sheets` are those of `styles`. */
  constructor(input, sheets) {
    const host = document.createElement("headline-field");
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = sheets;
    root.append(markup(input));
    super(root, input);
    Object.assign(this, { host, root, search: root.firstChild, ghost: root.querySelector(".ghost") });
    if (host.showPopover) host.popover = "manual"; // above all else in the page
    (input.closest("dialog") ?? document.body).append(host);
    this.ended = new AbortController();
    const { signal } = this.ended, place = () => this.shown && this.place();
    addEventListener("resize", place, { signal });
    document.addEventListener("scroll", place, { signal, capture: true, passive: true });
    this.sized = new ResizeObserver(place);
    this.sized.observe(input);
    input.addEventListener("focus", () => this.show(true), { signal });
    input.addEventListener("blur", () => this.show(false), { signal });
    this.show(this.focused);
  }

  get focused() {
    return this.input.getRootNode().activeElement === this.input;
  }

  get shown() {
    return this.host.hasAttribute("data-shown");
  }

  /** Show or hide all of it. */
  show(yes) {
    if (yes === this.shown) return;
    this.host.toggleAttribute("data-shown", yes);
    if (this.host.popover) this.host[yes ? "showPopover" : "hidePopover"]();
    if (yes) this.#look();
    if (yes) this.place();
  }

  /** Take it off the page. */
  close() {
    this.ended.abort();
    this.sized.disconnect();
    this.host.remove();
  }

  draw(state) {
    super.draw(state);
    const { input, greyTyped, greyRest } = this, grey = greyRest.textContent;
    const typed = grey ? input.value.slice(0, input.selectionStart) : "";
    if (greyTyped.textContent !== typed) greyTyped.textContent = typed;
    const opened = this.focused && state.open && state.items.length > 0 && (!state.isEmpty || state.active >= 0);
    if (opened !== this.opened) this.search.toggleAttribute("data-opened", (this.opened = opened));
    if (opened) this.#place(state.items.length);
    if (state.active !== this.#active && state.active >= 0) this.say(this.list.children[state.active].textContent);
    this.#active = state.active;
  }

  drawSaved() {} // a form has no place for it

  // The lines of a textarea wrap.
  fits(text, grey) {
    return this.#wraps || super.fits(text, grey);
  }

  reveal(text) {
    if (!this.#wraps) super.reveal(text);
  }

  get #wraps() {
    return this.input.localName === "textarea";
  }

  say(text) {
    super.say(this.opened ? text : "");
  }

  /** Called before anything is written at a key: reading the place after a write lays out the page. */
  followScroll() {
    const { scrollLeft: x, scrollTop: y } = this.input;
    if (x === this.x && y === this.y) return;
    Object.assign(this, { x, y });
    this.greyRest.parentElement.style.transform = `translate(${-x}px, ${-y}px)`;
  }

  /** Put the grey text over the field's letters and the list below it. */
  place() {
    const { input, ghost } = this, zoom = (this.zoom = input.currentCSSZoom ?? 1);
    // Zoomed as the field is, whatever the page zooms (CSS), so that all lengths are in the field's own pixels.
    this.search.style.zoom = zoom / (this.search.parentNode.host?.currentCSSZoom ?? 1);
    const seen = input.getBoundingClientRect();
    const box = new DOMRect(seen.x / zoom, seen.y / zoom, seen.width / zoom, seen.height / zoom);
    const { style } = ghost;
    style.left = `${box.left + input.clientLeft}px`;
    style.top = `${box.top + input.clientTop}px`;
    style.width = `${input.clientWidth}px`;
    style.height = `${input.clientHeight}px`;
    this.at = box;
    this.placed = null;
    if (this.opened) this.#place(this.list.children.length);
  }

  // Where the number of rows is the same, so is the list's height.
  #place(rows) {
    const { at: box, list, zoom } = this, across = innerWidth / zoom, down = innerHeight / zoom, key = `${rows} ${this.chips}`;
    if (key === this.placed) return;
    this.placed = key;
    const width = Math.min(Math.max(box.width, NARROWEST), across - 2 * GAP);
    const left = Math.max(GAP, Math.min(box.left, across - width - GAP));
    list.style.width = `${width}px`;
    list.style.left = `${left}px`;
    const height = list.offsetHeight, below = box.bottom + GAP + height <= down || box.top < height;
    list.style.top = `${below ? box.bottom + GAP : box.top - GAP - height}px`;
  }

  /** Take over how the field looks. */
  #look() {
    const found = getComputedStyle(this.input);
    for (const name of OF_THE_FIELD) this.ghost.style.setProperty(name, found.getPropertyValue(name));
    const { style } = this.search;
    style.colorScheme = found.colorScheme;
    style.setProperty("--field-text", found.color);
    style.setProperty("--field-background", surface(this.input));
    for (const name of VARIABLES) {
      const value = found.getPropertyValue(`--headline-${name}`);
      if (value) style.setProperty(`--headline-${name}`, value);
    }
  }
}

/** The colour behind a field: its own, or that of what it stands on. */
function surface(element) {
  for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
    const colour = getComputedStyle(at).backgroundColor;
    if (OPAQUE.test(colour)) return colour;
  }
  return "Canvas";
}

function markup(input) {
  const search = part("div", "search");
  const ghost = part("div", "ghost"), text = part("div", "ghost-text");
  ghost.setAttribute("aria-hidden", "true");
  ghost.toggleAttribute("data-lines", input.localName === "textarea");
  text.append(part("span", "ghost-typed"), part("span", "ghost-rest"));
  ghost.append(text);
  const list = part("ul", "list");
  list.id = "list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  const status = part("p", "status");
  status.setAttribute("role", "status");
  // View writes the state of a combobox to .box: the field belongs to the page and keeps its attributes.
  const line = part("div", "stand-in"), box = part("i", "box");
  line.hidden = true;
  line.append(box, part("span", "saved-line"), part("span", "loading-line"), part("span", "told"));
  search.append(ghost, list, status, line);
  return search;
}

function part(name, className) {
  const made = document.createElement(name);
  made.className = className;
  return made;
}
