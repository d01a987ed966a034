// The search box: an editable combobox with list autocomplete (WAI-ARIA Authoring Practices) and ghost text in the
// line. Suggestions belong to the text before the caret. An older answer never replaces a newer one. Gradio runs this,
// behind editing.js, as the body of a function with element, props, watch and trigger. Data is only ever set as text.
//
// In three parts: tables of next words and requests to the server, the list and the ghost text, and events.

const $ = (selector) => element.querySelector(selector);
const box = $(".box"), list = $(".list"), ghost = $(".ghost-rest"), before = $(".ghost-typed");
const status = $(".status"), saved = $(".saved-line"), settings = $(".settings");
const api = props.api, rules = props.rules;

// The text before the caret, or before what is selected, and the text behind it.
const head = () => box.value.slice(0, box.selectionStart);
const tail = () => box.value.slice(box.selectionEnd);

// ---------------------------------------------------------------- tables and requests

const KEPT = 64; // tables kept, of the last texts
const IN_FLIGHT = 2;
const LIKELY = 0.25; // probability from which the table after a suggestion is fetched ahead
const OPEN_WORD = /^[\p{L}\p{M}\p{N}'’&.$£€₹#@%-]*$/u; // characters of a word that is being typed
const tables = new Map(); // text before a word -> {ids, p, style, space}
const lists = new Map(); // text -> the server's suggestions
const words = new Map(); // model -> its words by id, as written and in lower case
const flights = new Set(); // requests under way, the oldest first
const LATEST_RETRY = 8000; // milliseconds between two tries at most, while the server does not answer
let asked = 0; // number of the last request
let answered = 0; // number of the newest answer; older ones are not shown
let model = "";

function remember(table) {
  if (!table) return;
  const ids = bytes(table.ids), p = bytes(table.p);
  tables.delete(table.text);
  tables.set(table.text, {
    ids: table.wide ? new Uint32Array(ids.buffer) : new Uint16Array(ids.buffer),
    p: Float64Array.from(p, (x) => Math.exp(-x / table.scale)),
    style: table.style,
    starts: table.starts,
    forms: table.forms,
    space: table.space,
  });
  keepLast(tables);
}

function keepLast(map) {
  while (map.size > KEPT) map.delete(map.keys().next().value);
}

function forget() {
  tables.clear();
  lists.clear();
}

function bytes(base64) {
  const raw = atob(base64);
  const found = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) found[i] = raw.charCodeAt(i);
  return found;
}

async function learnWords(id) {
  if (words.has(id)) return;
  words.set(id, null); // requested
  try {
    const reply = await fetch(`${api}/words?model=${encodeURIComponent(id)}`);
    const written = (await reply.json()).words;
    words.set(id, { written, low: written.map((word) => word.toLowerCase()) });
  } catch {
    words.delete(id); // without them every letter needs the server, which is slower
  }
}

// The list that the page makes itself, before the server's exact answer; null if it has no table for it.
function guess(text) {
  if (lists.has(text)) return lists.get(text);
  const known = words.get(model);
  const begins = tableBefore(text);
  if (!known || begins < 0) return null;
  const open = text.slice(begins);
  return OPEN_WORD.test(open) ? completeOrNext(text, tables.get(text.slice(0, begins)), open, known) : null;
}

// Where the last word begins that has a table; -1 if there is none.
function tableBefore(text) {
  for (let at = text.length; at >= Math.max(0, text.length - 40); at--) if (tables.has(text.slice(0, at))) return at;
  return -1;
}

function complete(table, open, known) {
  const key = open.toLowerCase().replaceAll("’", "'");
  const found = [];
  let mass = 0, own = 0; // of all words that begin so, and of the open word as it stands
  for (let i = 0; i < table.ids.length; i++) {
    const low = known.low[table.ids[i]];
    if (!low.startsWith(key)) continue;
    mass += table.p[i];
    if (low === key) own = table.p[i];
    if (found.length < options.shown && low !== key) found.push([table.forms[table.ids[i]] ?? known.written[table.ids[i]], low, table.p[i]]);
  }
  const share = key ? mass : 1;
  const made = found.map(([word, low, p]) => ({ completion: rest(table, open, key, word, low), probability: p / share, kind: "word" }));
  made.complete = key && mass ? own / mass : 0;
  return made;
}

// The list for an open word: what it may become, and, where it may well be complete, the words after it.
function completeOrNext(text, table, open, known) {
  const found = complete(table, open, known);
  const after = tables.get(text + " ");
  if (found.complete < rules.mayEnd || !after) return found;
  const next = complete(after, "", known).map((item) =>
    ({ ...item, completion: " " + item.completion, probability: found.complete * item.probability }));
  const both = [...found, ...next].sort((a, b) => b.probability - a.probability).slice(0, options.shown);
  both.complete = found.complete;
  return both;
}

function rest(table, open, key, word, low) {
  const styled = inStyle(word, table.style, table.starts);
  const quoted = head().includes("’") && !head().includes("'") ? styled.replaceAll("'", "’") : styled;
  if (!open) return (table.space ? " " : "") + quoted;
  if (open.length > 1 && open === open.toUpperCase() && open !== open.toLowerCase()) return quoted.slice(key.length).toUpperCase();
  return styled.startsWith(open) ? quoted.slice(key.length) : low.slice(key.length);
}

function inStyle(word, style, starts) {
  if (style === "upper") return word.toUpperCase();
  if (style === "lower") return word.toLowerCase();
  const capital = starts || (style === "title" && !props.small.includes(word.toLowerCase()));
  return capital && word === word.toLowerCase() ? word[0].toUpperCase() + word.slice(1) : word;
}

async function ask(text) {
  const number = ++asked;
  while (flights.size >= IN_FLIGHT) {
    const oldest = flights.values().next().value;
    oldest.abort();
    flights.delete(oldest);
  }
  const flight = new AbortController();
  flights.add(flight);
  const begins = tableBefore(text);
  const query = new URLSearchParams({
    q: text, model, k: options.shown, style: options.style, phrases: options.phrases ? 1 : 0,
    table: begins >= 0 && OPEN_WORD.test(text.slice(begins)) ? 0 : 1,
    next: tables.has(text + " ") ? 0 : 1,
  });
  try {
    const reply = await fetch(`${api}/suggest?${query}`, { signal: flight.signal });
    if (reply.status === 429) return retry(1000 * (Number(reply.headers.get("Retry-After")) || 1));
    if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
    const answer = await reply.json();
    answersAgain();
    if (answer.model !== model) return;
    remember(answer.table);
    remember(answer.next);
    if (number < answered) return;
    answered = number;
    answer.suggestions.complete = answer.complete;
    lists.delete(answer.q);
    lists.set(answer.q, answer.suggestions);
    keepLast(lists);
    if (answer.q === head()) {
      show(answer.q, answer.suggestions, true);
      lookAhead(answer.q, answer.suggestions[0]);
    } else if (head().startsWith(answer.q)) showGuess();
  } catch (error) {
    if (error.name === "AbortError") return;
    if (number === asked) say(LOST);
    retry(tried ? Math.min(LATEST_RETRY, 500 * 2 ** tried) : 500);
  } finally {
    flights.delete(flight);
  }
}

// While the server does not answer, it is asked again and again, for the text that is in the box by then: the list comes
// back by itself. The network's own event is quicker than waiting.
const LOST = "The server does not answer. Your text is kept.";
let tried = 0; // times in a row
let retrying = 0;
function retry(milliseconds) {
  tried += 1;
  clearTimeout(retrying);
  retrying = setTimeout(askAgain, milliseconds);
}

function askAgain() {
  clearTimeout(retrying);
  retrying = 0;
  if (!element.isConnected) return;
  learnWords(model); // if they could not be fetched either
  ask(head());
}
window.addEventListener("online", () => { if (tried) askAgain(); });

function answersAgain() {
  if (status.textContent === LOST) say("");
  tried = 0;
  clearTimeout(retrying);
  retrying = 0;
}

// Fetches the table after the likeliest suggestion, so that taking it shows a list at once.
let ahead = null;
async function lookAhead(text, best) {
  if (!best || best.probability < LIKELY || best.kind === "correction" || ahead) return;
  const next = text + best.completion + " ";
  if (tables.has(next)) return;
  ahead = next;
  try {
    const query = new URLSearchParams({ q: next, model, k: 0, style: options.style, phrases: 0, next: 0 });
    const answer = await (await fetch(`${api}/suggest?${query}`, { priority: "low" })).json();
    if (answer.model === model) remember(answer.table);
  } catch { /* it will be asked for when needed */ } finally {
    ahead = null;
  }
}

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

// The server's list is mostly the same as the page's own; then nothing is drawn again.
function alike(some, others) {
  return some.length === others.length && some.every((item, i) =>
    item.completion === others[i].completion && item.more === others[i].more && item.kind === others[i].kind && figure(item.probability) === figure(others[i].probability));
}

function showGuess() {
  const text = head();
  const found = guess(text);
  if (found && found.length) return show(text, found, false);
  // There is no table yet: suggestions that still fit stay in the list, so that it does not blink.
  const grown = text.slice((list.dataset.typed || "").length);
  if (!text.startsWith(list.dataset.typed || "") || !grown) return show(text, [], false);
  const left = items.filter((item) => item.kind !== "correction" && item.completion.toLowerCase().startsWith(grown.toLowerCase()));
  const shorter = left.map((item) => ({ ...item, completion: item.completion.slice(grown.length) })).filter((item) => item.completion);
  show(text, shorter, false);
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
  const kept = item.kind === "correction" ? text.slice(0, text.length - item.replaces) : text;
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
  if (!item || item.kind === "correction" || list.dataset.typed !== head()) return null;
  return active >= 0 || item.probability >= rules.sure ? item : null;
}

function drawGhost() {
  const item = ghostItem();
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
  showGuess();
  drawSaved();
  askSoon();
  hand();
}

// The page's own list is drawn before the server is asked for the exact one, because on a busy machine the server's
// work would delay the frame. Without a list the server is asked at once. The timeout is for a page in a background
// window, which draws no frames.
let waiting = 0;
const drawn = new MessageChannel();
drawn.port1.onmessage = () => { if (waiting) askNow(); };
function askSoon() {
  clearTimeout(waiting);
  waiting = 0;
  if (!items.length) return ask(head());
  waiting = setTimeout(askNow, 50);
  requestAnimationFrame(() => drawn.port2.postMessage(null)); // arrives once this frame is done
}
function askNow() {
  clearTimeout(waiting);
  waiting = 0;
  ask(head());
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
  if (head() !== list.dataset.typed || tail() !== behind) {
    showGuess();
    askSoon();
  }
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
  else { showGuess(); askSoon(); } // while an input method composes, only the list changes
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
  } else if (event.key === "ArrowRight" && (event.ctrlKey || event.altKey) && !event.shiftKey && !event.metaKey) {
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
    forget();
    ask(head());
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
    forget();
    learnWords(model);
    ask(head());
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
