// The search box: an editable combobox with list autocomplete (WAI-ARIA Authoring Practices) and grey text in the line.
// Suggestions belong to the text before the caret. An older answer never replaces a newer one. state.js says what it knows,
// view.js draws that, keys.js says what keys do; here are the events that hold them together.

import { copied } from "./clipboard.js";
import { taken } from "./editing.js";
import { Field } from "./field.js";
import { Headlines } from "./headlines.js";
import { actionOf } from "./keys.js";
import { Settings } from "./settings.js";
import { State, whole } from "./state.js";
import { View } from "./view.js";

const LOST = "The server does not answer. Your text is kept.";
const NO_MODEL = "The model could not be loaded. Your text is kept.";
const OFFLINE = "No connection. Suggestions go on.", NEEDS_SERVER = "Whole headlines and training need the server.";
const LATE = 24; // milliseconds after which a list that still fits is drawn, until the engine's arrives
const TOO_LONG = "The text is too long for a link: copy the text itself.";
const LONGEST_SHARED = 2000; // characters of a text, as an address writes them, that is kept in the address
const HANDED_AFTER = 250; // milliseconds without a key
const ANNOUNCED_AFTER = 600; // milliseconds: after a screen reader has read the letters

export class SearchBox {
  #keys = 0; // pressed
  #asked = { head: null, tail: null }; // the text before and behind the caret that was asked for last
  #late = 0;
  #handing = 0;
  #announcing = 0;
  #passing = ""; // a message that is there until the next letter
  #ended = new AbortController();

  /**
   * `element` holds the markup of search_box.html, in `root`, a Document or ShadowRoot. `rules` are those of
   * headline/web/search_box.py. `answers(heard)` makes who answers: an Answers, or anything that has its `ask`, `choose`,
   * `learn`, `forget`, `close` and `local`. `inAddress`: the text is kept in the page's address. `on` may have
   *   onText(text)      a moment after the text has changed
   *   onSubmit(text)    Enter, with nothing chosen
   *   onGone(model)     the model was deleted since it was chosen
   * In a field of another page (../field/attached.js) there are `input`, `view`, `field`, `settings` and `keys` of its own.
   */
  constructor({ root, element, rules, answers, inAddress = false, on = {}, input, view, field, settings, keys = actionOf }) {
    Object.assign(this, { root, element, rules, inAddress, on, keys });
    this.model = "";
    this.state = new State(rules);
    this.view = view ?? new View(element);
    this.box = input ?? this.view.box;
    this.field = field ?? new Field(this.box, root);
    this.settings = settings ?? this.#ownSettings();
    this.headlines = new Headlines();
    this.view.makeRoom(this.settings.values.shown);
    this.answers = answers({
      onAnswer: (answer) => this.#hear(answer),
      onLost: (lost) => this.#lost(lost),
      onGone: (model) => model === this.model && this.on.onGone?.(model),
      onEngine: (engine) => this.view.drawEngine(engine),
      isShown: () => this.box.isConnected,
    });
    if (this.settings.values.learn) this.answers.learn(this.headlines.all);
    if (inAddress) this.box.value = history.state?.headline ?? new URLSearchParams(location.search).get("q")?.slice(0, this.box.maxLength) ?? "";
    this.#keys = this.box.value.length;
    this.#drawSaved();
    this.#listen();
  }

  #ownSettings() {
    const defaults = { shown: this.rules.rows, style: "auto", phrases: true, learn: true };
    return new Settings(this.element.querySelector(".settings"), defaults, (_, name) => this.#newSettings(name));
  }

  /** Write with another model. */
  choose(model) {
    if (model === this.model) return;
    this.model = model;
    this.answers.choose(model);
    this.#ask();
  }

  /** Put a text into the box, in the place of what is there. */
  put(text) {
    const space = text.endsWith(" ") ? "word" : "";
    this.#apply({ from: 0, to: this.box.value.length, text, caret: text.length, space });
  }

  get text() {
    return this.box.value;
  }

  /** A person has finished a headline: it teaches the engine in this browser. */
  finish(text) {
    this.#learn((headlines) => headlines.add(text));
  }

  // `act` returns the headlines that are new. With the switch off nothing is kept.
  #learn(act) {
    const headlines = this.settings.values.learn ? act(this.headlines) : [];
    if (headlines.length) this.answers.learn(headlines);
  }

  focus() {
    this.box.focus({ preventScroll: true });
  }

  /** The box is taken off the page for good. */
  close() {
    this.#ended.abort();
    this.answers.close();
    for (const timer of [this.#late, this.#handing, this.#announcing]) clearTimeout(timer);
  }

  // ---------------------------------------------------------------- questions and answers

  #ask() {
    const { head, tail } = this.field.text, { shown, style, phrases } = this.settings.values;
    this.#asked = { head, tail };
    const usual = { k: shown, style, phrases, minProbability: this.rules.worthShowing };
    const empty = { ...usual, minProbability: 0 }; // in an empty box every beginning is improbable
    this.answers.ask(head, head.trim() ? usual : empty, usual);
  }

  // The engine's answer mostly comes before the next frame, so that nothing else has to be drawn.
  #askSoon() {
    this.#ask();
    if (this.field.text.head === this.state.typed) return; // the answer was known
    if (!this.answers.local) return this.#carryOver();
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.#carryOver(), LATE);
    this.#draw();
  }

  #hear(answer) {
    const text = this.field.text;
    if (!text.head.startsWith(answer.text)) return;
    clearTimeout(this.#late);
    this.state.hear(answer, text);
    this.#draw();
    if (this.state.exact) this.#announce();
  }

  #carryOver() {
    clearTimeout(this.#late);
    this.state.carryOver(this.field.text);
    this.#draw();
  }

  #lost(isLost) {
    const said = this.answers.server === null ? NO_MODEL : LOST;
    if (isLost) this.view.tell(said);
    else this.view.untell(said);
  }

  #newSettings(name) {
    this.view.makeRoom(this.settings.values.shown);
    if (name === "learn") this.#learnOrNot();
    this.#ask();
  }

  // With the switch off nothing is kept and nothing that was kept is used.
  #learnOrNot() {
    if (this.settings.values.learn) this.answers.learn(this.headlines.all);
    else this.answers.forget();
  }

  #forget() {
    const many = this.headlines.forget();
    this.answers.forget();
    this.#tell(many ? `Forgotten: ${many} ${many === 1 ? "headline" : "headlines"}.` : "There is nothing to forget.");
  }

  // ---------------------------------------------------------------- drawing

  #draw() {
    const { state, view } = this;
    const more = !view.chips; // on a phone nothing takes more than the word
    state.settle(this.field.text, { more, fits: (text, grey) => view.fits(text, grey) });
    view.draw(state);
  }

  #drawSaved() {
    if (!this.box.value) this.#keys = 0;
    this.view.drawSaved(this.#keys, this.box.value.length);
  }

  // A message that the next letter takes away.
  #tell(text) {
    this.#passing = text;
    this.view.tell(text);
  }

  #announce() {
    clearTimeout(this.#announcing);
    this.#announcing = setTimeout(() => {
      const n = this.state.items.length;
      this.view.say(!this.state.open ? "" : n === 1 ? "1 suggestion" : `${n} suggestions`);
    }, ANNOUNCED_AFTER);
  }

  // ---------------------------------------------------------------- changes of the text

  #changed() {
    this.view.followScroll(); // first, because reading the scroll position after a write forces a layout
    this.state.dismissed = false;
    this.view.untell(this.#passing);
    this.#askSoon();
    this.#drawSaved();
    clearTimeout(this.#handing);
    this.#handing = setTimeout(() => this.#hand(), HANDED_AFTER);
  }

  // The caret went elsewhere, or the text before it changed otherwise than by typing.
  #moved() {
    const { head, tail } = this.field.text;
    if (head !== this.#asked.head || tail !== this.#asked.tail) this.#askSoon();
    this.#draw();
  }

  // Gives the text away, and to the address, which can be shared. A text that is too long for an address is kept beside it,
  // in the browser's history, so that a reload does not lose it.
  #hand() {
    clearTimeout(this.#handing);
    const { text } = this;
    this.#learn((headlines) => headlines.follow(text));
    this.on.onText?.(text);
    if (!this.inAddress) return;
    const url = new URL(location.href);
    if (text && this.#isShareable) url.searchParams.set("q", text);
    else url.searchParams.delete("q");
    history.replaceState({ ...history.state, headline: this.#isShareable ? undefined : text }, "", url);
  }

  get #isShareable() {
    return encodeURIComponent(this.text.toWellFormed?.() ?? "").length <= LONGEST_SHARED;
  }

  #take(item) {
    const { head, tail, selected } = this.field.text;
    this.#apply(taken(head, tail, item.completion, { ...this.rules, selected, replaces: item.replaces }));
  }

  #apply(change) {
    this.#keys += 1;
    this.field.apply(change);
    this.view.reveal(this.field.text.head);
    this.#drawSaved();
    this.#moved();
  }

  // ---------------------------------------------------------------- events

  #listen() {
    const { box, root, state, view } = this, { list } = view, { signal } = this.#ended;
    const listen = (target, types, act) => {
      for (const type of types.split(" ")) target.addEventListener(type, act, { signal });
    };
    listen(box, "beforeinput", (event) => this.#beforeInput(event));
    listen(box, "input", (event) => this.#input(event));
    listen(box, "compositionstart", () => this.#composes(true));
    listen(box, "compositionend", () => this.#composes(false));
    listen(box, "scroll", () => this.#scroll());
    listen(box, "focus", () => this.#draw());
    listen(box, "blur", () => this.#blur());
    listen(box, "keydown", (event) => this.#keydown(event));
    // A click keeps the focus in the box; hovering chooses nothing.
    listen(list, "pointerdown mousedown", (event) => event.preventDefault());
    listen(list, "click", (event) => this.#click(event));
    const pressed = (selector, act) => {
      const button = this.element?.querySelector(selector);
      if (button) listen(button, "click", act);
    };
    pressed(".copy-link", () => this.#copyLink());
    pressed(".forget", () => this.#forget());
    this.headlines.onForgotten(() => this.answers.forget(), signal);
    const selected = () => this.field.focused && !state.composing && this.#moved();
    for (const target of new Set([root, document])) listen(target, "selectionchange", selected);
    const offline = this.answers.server === null ? OFFLINE : `${OFFLINE} ${NEEDS_SERVER}`;
    listen(window, "pagehide", () => this.#learn((headlines) => headlines.follow("")));
    listen(window, "offline", () => this.answers.local && view.tell(offline));
    listen(window, "online", () => view.untell(offline));
  }

  #beforeInput(event) {
    const change = this.state.composing ? null : this.field.unusual(event, this.rules);
    if (!change) return;
    event.preventDefault();
    this.#apply(change);
  }

  #input(event) {
    if (!this.field.changing) this.#keys += 1; // a paste counts as one key; on phones every letter is a composition
    if (!this.state.composing || event.inputType !== "insertCompositionText") this.#changed();
    else this.#askSoon(); // while an input method composes, only the list changes
  }

  #composes(yes) {
    this.state.composing = yes;
    if (yes) this.#draw();
    else this.#changed();
  }

  #scroll() {
    this.view.followScroll();
    this.#draw(); // there may be more or less room for grey text
  }

  // The list stays open without focus, so that the page does not jump.
  #blur() {
    this.state.choose(-1);
    this.#draw();
    this.#hand();
  }

  #keydown(event) {
    const { state } = this;
    if (event.isComposing || state.composing || event.keyCode === 229) return;
    this.#moved(); // the event that says so may come after the next key
    if (event.key.length > 1) this.#carryOver(); // a key that is no letter acts on the list as it stands
    const action = this.keys(event, state, this.field.text);
    if (!action) return;
    if (!action.passes) event.preventDefault();
    if (action.take) return this.#take(action.take);
    if (action.submit) return this.#submit();
    if (action.empty) return this.field.replace(0, this.box.value.length, "");
    if (action.choose !== undefined) state.choose(action.choose);
    if (action.open) state.dismissed = false;
    if (action.dismiss) state.dismissed = true;
    if (action.open !== undefined || action.dismiss) state.setOpen(Boolean(action.open));
    this.#draw();
  }

  #submit() {
    this.#hand();
    this.#learn((headlines) => headlines.enter(this.text));
    this.on.onSubmit?.(this.text);
  }

  // A click on the pale words takes them too, and so does one on a chip of an empty box: it is too small for two places
  // to click.
  #click(event) {
    const row = event.target.closest("[role=option]");
    if (!row) return;
    const { list, chips } = this.view, item = this.state.items[[...list.children].indexOf(row)];
    if (this.state.composing) this.box.blur(); // which ends the composition with the letters that are there
    const all = event.target.closest(".more") || (chips && this.state.isEmpty);
    this.#take(all ? whole(item) : item);
  }

  async #copyLink() {
    this.#hand();
    if (!this.#isShareable) return this.#tell(TOO_LONG);
    this.finish(this.text);
    const done = await copied(location.href);
    this.#tell(done ? "Link copied." : "Copy the address of this page: it contains the text.");
  }
}
