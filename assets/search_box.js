// The search box: an editable combobox with list autocomplete (WAI-ARIA Authoring Practices) and ghost text in the
// line. Suggestions belong to the text before the caret. An older answer never replaces a newer one. Gradio runs this,
// behind editing.js and the files of search_box/, as the body of a function with element, props, watch and trigger. Data
// is only ever set as text.
//
// In three parts: questions and answers, the list and the ghost text, and events.

const $ = (selector) => element.querySelector(selector);
const box = $(".box"), list = $(".list"), ghost = $(".ghost-rest"), before = $(".ghost-typed");
const status = $(".status"), saved = $(".saved-line"), loading = $(".loading-line"), settings = $(".settings");
const api = props.api, rules = props.rules;

// The text before the caret, or before what is selected, and the text behind it.
const head = () => box.value.slice(0, box.selectionStart);
const tail = () => box.value.slice(box.selectionEnd);

// ---------------------------------------------------------------- questions and answers

const LOST = "The server does not answer. Your text is kept.";
const OFFLINE = "No connection. Suggestions go on; whole headlines and training need the server.";
const LATE = 24; // milliseconds after which a list that still fits is drawn, until the engine's arrives
let model = "";
let late = 0;
const asked = { head: null, tail: null }; // the text before and behind the caret that was asked for last
const answers = new Answers({ api, code: props.code }, { onAnswer: heard, onLost: lost, onGone: gone, onEngine: drawEngine, isShown: () => element.isConnected });

function ask() {
  const text = asked.head = head();
  asked.tail = tail();
  const minProbability = text.trim() ? rules.worthShowing : 0; // in an empty box every beginning is improbable
  answers.ask(text, { k: options.shown, style: options.style, phrases: options.phrases, minProbability });
}

// An answer for a text with which the one before the caret begins is better than an older one.
function heard({ text, suggestions, complete }) {
  const now = head();
  if (!now.startsWith(text)) return;
  clearTimeout(late);
  const found = text === now ? suggestions : grownBy(suggestions, now.slice(text.length));
  found.complete = text === now ? complete : 0;
  show(now, found, text === now);
}

function lost(isLost) {
  if (isLost) say(LOST);
  else if (status.textContent === LOST) say("");
}

// The model was deleted in another tab or page: Python says so, and chooses the bundled one.
function gone(id) {
  if (id === model) trigger("gone", { model: id });
}

function drawEngine({ progress, ready }) {
  list.dataset.engine = ready ? "1" : "";
  write(loading, progress === undefined ? "" : `Loading the model into this page: ${Math.floor(progress * 100)} %`);
}

addEventListener("offline", () => { if (answers.local) say(OFFLINE); });
addEventListener("online", () => { if (status.textContent === OFFLINE) say(""); });

// ---------------------------------------------------------------- the list and the ghost text

let items = []; // suggestions in the list
let active = -1; // index of the one chosen by the arrows, or -1
let open = false;
let behind = ""; // text behind the caret that the list was made for
let wordEnd = 0; // probability that the open word is complete
let dismissed = false; // by Escape: no ghost text until the next letter
let composing = false;

function show(text, all, exact) {
  const found = fitting(all);
  const same = text === list.dataset.typed;
  const chosen = same && active >= 0 ? items[active].completion : null;
  const redrawn = !same || !alike(found, items);
  items = found;
  wordEnd = all.complete || 0;
  if (redrawn) {
    active = -1;
    // Where nothing is likely, figures and bars say nothing.
    list.classList.toggle("plain", !text.trim() || items.every((item) => figure(item.probability) === LOW));
    list.classList.toggle("openings", !text.trim());
    drawRows(text);
  }
  list.dataset.typed = text;
  list.dataset.exact = exact ? "1" : "";
  setOpen(items.length > 0 && !dismissed);
  if (redrawn && chosen !== null) activate(items.findIndex((item) => item.completion === chosen)); // the choice stays
  if (exact) announce();
}

// The suggestions that fit what is behind the caret: a letter there goes on with the word, so that no other word comes
// between, and where there is anything, it is what follows.
function fitting(all) {
  behind = tail();
  if (!behind.trim()) return all;
  const some = startsWithLetter(behind) ? all.filter((item) => !/^\s/.test(item.completion)) : all;
  return some.map((item) => ({ ...item, more: undefined }));
}

// A list that is carried over is mostly the same as the answer; then nothing is drawn again.
function alike(some, others) {
  return some.length === others.length && some.every((item, i) =>
    item.completion === others[i].completion && item.more === others[i].more && item.kind === others[i].kind && figure(item.probability) === figure(others[i].probability));
}

// Until an answer comes, suggestions that still fit stay in the list, so that it does not blink.
function carryOver() {
  clearTimeout(late);
  const text = head(), typed = list.dataset.typed || "";
  if (text !== typed) show(text, text.startsWith(typed) ? grownBy(items, text.slice(typed.length)) : [], false);
}

// What is left of suggestions after more letters were typed.
function grownBy(all, letters) {
  const left = all.filter((item) => !item.replaces && item.completion.toLowerCase().startsWith(letters.toLowerCase()));
  return left.map((item) => ({ ...item, completion: item.completion.slice(letters.length) })).filter((item) => item.completion);
}

// Characters of the earlier words that fit into a row, so that the whole completion is visible.
let room = 28;
new ResizeObserver(() => { room = Math.max(0, Math.min(28, Math.floor(list.clientWidth / 10) - 50)); }).observe(list);

// Rows are reused, and only what differs is written: the layout of the list takes longer than finding it.
const rows = [];
function drawRows(text) {
  items.forEach((item, i) => {
    rows[i] ??= newRow(i);
    fill(rows[i], item, text);
    if (!rows[i].element.parentNode) list.append(rows[i].element);
  });
  while (list.children.length > items.length) list.lastChild.remove();
}

function newRow(i) {
  const row = { element: document.createElement("li") };
  row.element.id = `${props.listId}-${i}`;
  row.element.setAttribute("role", "option");
  row.element.setAttribute("aria-selected", "false");
  const line = part("words");
  for (const [name, className] of [["earlier", "typed earlier"], ["begun", "typed"], ["rest", "rest"], ["more", "more"]]) line.append(row[name] = part(className));
  row.meter = part("meter");
  row.meter.setAttribute("aria-hidden", "true");
  row.element.append(line, row.mark = part("mark"), row.meter, row.figure = part("figure"));
  return row;
}

function fill(row, item, text) {
  const kept = text.slice(0, text.length - (item.replaces || 0)); // a correction, or a Korean syllable that goes on
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
  if (row.element.getAttribute("aria-selected") !== "false") row.element.setAttribute("aria-selected", "false");
}

const LOW = "<1%";
function figure(p) {
  return p >= 0.0095 ? `${(p * 100).toFixed(0)}%` : LOW;
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function part(className) {
  const span = document.createElement("span");
  span.className = className;
  return span;
}

function setOpen(yes) {
  if (open !== yes) {
    open = yes;
    box.setAttribute("aria-expanded", String(yes));
    list.classList.toggle("closed", !yes);
  }
  if (!yes || active < 0) activate(-1);
}

function activate(i) {
  if (active >= 0) list.children[active]?.setAttribute("aria-selected", "false");
  active = i;
  if (i >= 0) {
    const row = list.children[i];
    row.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  } else box.removeAttribute("aria-activedescendant");
  drawGhost();
}

// The suggestion shown as ghost text: the active one, or the first if it is likely enough. There is room for it only
// where nothing is written behind the caret.
function ghostItem() {
  if (dismissed || composing || box.selectionStart !== box.selectionEnd || tail().trim() || document.activeElement !== box) return null;
  // The first suggestion, unless it ends an open word that is more probably complete.
  const first = items.find((item) => /^\s/.test(item.completion) || item.probability >= wordEnd);
  const item = active >= 0 ? items[active] : items[0] && first;
  if (!item || item.replaces || list.dataset.typed !== head()) return null;
  return active >= 0 || item.probability >= rules.sure ? item : null;
}

// While an answer is on its way: what is left of the ghost text after the letters just typed.
function ghostSoFar() {
  const text = head(), shown = before.textContent, letters = text.slice(shown.length);
  if (!shown || !letters || !text.startsWith(shown) || tail().trim() || text === list.dataset.typed) return null;
  const fits = ghost.textContent.toLowerCase().startsWith(letters.toLowerCase());
  return fits ? { completion: ghost.textContent.slice(letters.length) } : null;
}

// The line and its list have the direction of the first letter, also of one that is only suggested.
const RIGHT_TO_LEFT = /^\P{L}*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
function turn() {
  const direction = RIGHT_TO_LEFT.test(box.value || items[0]?.completion || "") ? "rtl" : "ltr";
  for (const part of [box.parentElement, list]) if (part.dir !== direction) part.dir = direction;
}

function drawGhost() {
  turn();
  const item = ghostItem() || ghostSoFar();
  write(before, item ? head() : "");
  // On a phone nothing takes more than the word.
  write(ghost, item ? (chips.matches ? item : whole(item)).completion : "");
}

// Keeps the ghost text in place when a long text scrolls.
let scrolled = 0;
function followScroll() {
  const at = box.scrollLeft;
  if (at === scrolled) return;
  scrolled = at;
  ghost.parentElement.style.transform = `translateX(${-at}px)`;
}

let announcing = 0;
function announce() {
  clearTimeout(announcing);
  announcing = setTimeout(() => {
    const n = items.length;
    say(!open ? "" : n === 1 ? "1 suggestion" : `${n} suggestions`);
  }, 600); // after a screen reader has read the letters
}

function say(text) {
  status.textContent = text;
}

// Keys pressed, compared with the length of the text.
let keys = 0;
function drawSaved() {
  const letters = box.value.length;
  if (!letters) keys = 0;
  const share = Math.max(0, 1 - keys / letters);
  write(saved, letters
    ? `${count(keys, "key")} pressed for ${count(letters, "letter")}: ${Math.round(share * 100)} % saved`
    : chips.matches ? "A tap takes a word." : "Tab takes the grey words, the arrow keys choose from the list.");
}

function count(n, noun) {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

// ---------------------------------------------------------------- events

function changed() {
  followScroll(); // first, because reading the scroll position after a write forces a layout
  dismissed = false;
  askSoon();
  drawSaved();
  hand();
}

// The engine's answer mostly comes before the next frame, so that nothing else has to be drawn.
function askSoon() {
  ask();
  if (head() === list.dataset.typed) return; // the answer was known
  if (!answers.local) return carryOver();
  clearTimeout(late);
  late = setTimeout(carryOver, LATE);
  drawGhost();
}

// Gives the text to Python, in the component's value, and to the address, which can be shared.
let handing = 0;
function hand() {
  clearTimeout(handing);
  handing = setTimeout(handNow, 250);
}
function handNow() {
  clearTimeout(handing);
  props.value = { ...props.value, text: box.value };
  const url = new URL(location.href);
  if (box.value) url.searchParams.set("q", box.value);
  else url.searchParams.delete("q");
  history.replaceState(history.state, "", url);
}

// By insertText, so that undo and redo work.
function replace(from, to, text) {
  box.focus();
  box.setSelectionRange(from, to);
  if (from === to && !text) return;
  if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
    box.setRangeText(text, from, to, "end");
    box.dispatchEvent(new InputEvent("input", { inputType: "insertReplacementText" }));
  }
}

// The space before the caret that nobody typed: what it came with (editing.js), as long as text and caret stay.
let space = { kind: "", text: "", caret: 0 };
function spaceKind() {
  return space.text === box.value && space.caret === box.selectionStart && space.caret === box.selectionEnd ? space.kind : "";
}

function apply(change) {
  keys += 1;
  taking = true;
  replace(change.from, change.to, change.text);
  box.setSelectionRange(change.caret, change.caret);
  space = { kind: change.space, text: box.value, caret: change.caret };
  taking = false;
  drawSaved();
  moved();
}

function take(item) {
  const selected = box.selectionEnd - box.selectionStart;
  apply(taken(head(), tail(), item.completion, { ...rules, selected, replaces: item.replaces }));
}

const whole = (item) => ({ ...item, completion: item.completion + (item.more || "") });
const firstWord = (item) => ({ ...item, completion: /^\s*\S+/.exec(item.completion)[0] });

// The caret went elsewhere, or the text before it changed otherwise than by typing.
function moved() {
  if (head() !== asked.head || tail() !== asked.tail) askSoon();
  drawGhost();
}

let taking = false;
box.addEventListener("beforeinput", (event) => {
  if (taking || composing || !event.cancelable || event.inputType !== "insertText" || [...(event.data || "")].length !== 1) return;
  const change = typedAfter(head(), event.data, spaceKind(), rules);
  if (!change) return;
  event.preventDefault();
  apply(change);
});
box.addEventListener("input", (event) => {
  if (!taking) keys += 1; // a paste counts as one key; on phones every letter is a composition
  if (!composing || event.inputType !== "insertCompositionText") changed();
  else askSoon(); // while an input method composes, only the list changes
});
box.addEventListener("compositionstart", () => { composing = true; drawGhost(); });
box.addEventListener("compositionend", () => { composing = false; changed(); });
box.addEventListener("scroll", followScroll);
box.addEventListener("focus", drawGhost);
// The list stays open without focus, so that the page does not jump.
box.addEventListener("blur", () => { activate(-1); drawGhost(); handNow(); });
document.addEventListener("selectionchange", () => { if (document.activeElement === box && !composing) moved(); });

box.addEventListener("keydown", (event) => {
  if (event.isComposing || composing || event.keyCode === 229) return;
  moved(); // the event that says so may come after the next key
  if (event.key.length > 1) carryOver(); // a key that is no letter acts on the list as it stands
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
  const n = items.length;
  if (event.key === "ArrowDown" && plain) {
    if (!n) return;
    event.preventDefault();
    dismissed = false;
    const wasOpen = open;
    setOpen(true);
    if (event.altKey) drawGhost();
    else activate(wasOpen ? (active + 1) % n : 0);
  } else if (event.key === "ArrowUp" && plain) {
    if (!n) return;
    event.preventDefault();
    if (event.altKey) return setOpen(false);
    dismissed = false;
    setOpen(true);
    activate(active <= 0 ? n - 1 : active - 1);
  } else if (event.key === "Enter" && plain && !event.altKey) {
    event.preventDefault();
    if (open && active >= 0) return take(items[active]);
    handNow();
    trigger("submit", { text: box.value });
  } else if (event.key === "Escape") {
    if ((open || ghostItem()) && !dismissed) {
      event.preventDefault();
      dismissed = true;
      setOpen(false);
    } else if (box.value) {
      event.preventDefault();
      replace(0, box.value.length, "");
    }
  } else if (event.key === "Tab" && plain && !event.altKey) {
    const item = open && active >= 0 ? items[active] : ghostItem();
    if (!item) return; // Tab moves the focus, as usual
    event.preventDefault();
    take(whole(item));
  } else if (event.key === (list.dir === "rtl" ? "ArrowLeft" : "ArrowRight") && (event.ctrlKey || event.altKey) && !event.shiftKey && !event.metaKey) {
    const item = ghostItem();
    if (!item) return;
    event.preventDefault();
    take(firstWord(item));
  } else if ((event.key === "Home" || event.key === "End" || event.key === "ArrowLeft") && active >= 0) {
    activate(-1); // the key moves the caret, as usual
  }
});

// A click keeps the focus in the box; hovering chooses nothing. A click on the pale words takes them too, and so does
// one on a chip of an empty box: it is too small for two places to click.
const chips = matchMedia("(max-width: 480px), (pointer: coarse)"); // as in search_box.css
list.addEventListener("pointerdown", (event) => event.preventDefault());
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const row = event.target.closest("[role=option]");
  if (!row) return;
  const item = items[[...list.children].indexOf(row)];
  const all = event.target.closest(".more") || (chips.matches && list.classList.contains("openings"));
  take(all ? whole(item) : item);
});

// ---------------------------------------------------------------- settings, kept in the browser

const options = { shown: rules.rows, style: "auto", phrases: true };
try {
  Object.assign(options, JSON.parse(localStorage.getItem("headline.options") || "{}"));
} catch { /* nothing stored, or storage is not allowed */ }
const makeRoom = () => list.style.setProperty("--shown", options.shown);
makeRoom();
for (const field of settings.querySelectorAll("[name]")) {
  const name = field.name;
  if (field.type === "checkbox") field.checked = options[name];
  else field.value = String(options[name]);
  field.addEventListener("change", () => {
    options[name] = field.type === "checkbox" ? field.checked : field.type === "number" || name === "shown" ? Number(field.value) : field.value;
    try { localStorage.setItem("headline.options", JSON.stringify(options)); } catch { /* storage is not allowed */ }
    makeRoom();
    ask();
  });
}

$(".copy-link").addEventListener("click", async () => {
  handNow();
  try {
    await navigator.clipboard.writeText(location.href);
    say("Link copied.");
  } catch {
    say("Copy the address of this page: it contains the text.");
  }
});

// ---------------------------------------------------------------- values from Python

let stamp = null;
function receive() {
  const value = props.value || {};
  if (value.model !== undefined && value.model !== model) {
    model = value.model;
    answers.choose(model);
    ask();
  }
  if (value.put !== undefined && value.stamp !== stamp) {
    stamp = value.stamp;
    apply({ from: 0, to: box.value.length, text: value.put, caret: value.put.length, space: value.put.endsWith(" ") ? "word" : "" });
  }
}
watch("value", receive);

const shared = new URLSearchParams(location.search).get("q");
if (shared) box.value = shared.slice(0, 2000);
keys = box.value.length;
receive();
drawSaved();
box.focus({ preventScroll: true });
