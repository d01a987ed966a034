// The headlines that a person finished, kept in this browser alone.

const KEY = "headline.finished";
const MOST = 100; // headlines: of more, the last ones
const LONGEST = 300; // characters of a headline; a longer text is none
const LEAST = 3; // words of a text that Enter finished

/** Headlines in the order of time. */
export class Headlines {
  #entered = ""; // a text that Enter was pressed on: it may be the beginning of the headline

  /** All of them. What another program or a fault left in the storage is passed over. */
  get all() {
    try {
      const stored = JSON.parse(localStorage.getItem(KEY) || "[]");
      return stored.filter((one) => typeof one === "string" && one && one.length <= LONGEST).slice(-MOST);
    } catch {
      return []; // damaged, or storage is not allowed
    }
  }

  /** Keep a text that is finished for sure. Returns the headlines that are new, here and below. */
  add(text) {
    const headline = cleaned(text);
    return [...this.#settle(headline), ...this.#keep(headline)];
  }

  /** Enter was pressed on a text, which may ask how it goes on: it is kept once another text follows that does not. */
  enter(text) {
    const headline = cleaned(text), kept = this.#settle(headline);
    this.#entered = countWords(headline) >= LEAST ? headline : "";
    return kept;
  }

  /** The text has changed. */
  follow(text) {
    const now = cleaned(text);
    return now && (now.startsWith(this.#entered) || this.#entered.startsWith(now)) ? [] : this.#settle(now);
  }

  /** Keep the text that Enter was pressed on, unless the next one carries it on. */
  #settle(next) {
    const entered = this.#entered;
    this.#entered = "";
    return entered && !next.startsWith(entered) ? this.#keep(entered) : [];
  }

  #keep(headline) {
    const all = this.all;
    if (!headline || headline.length > LONGEST || all.some((one) => one === headline || one.startsWith(`${headline} `))) return [];
    try {
      localStorage.setItem(KEY, JSON.stringify([...all, headline].slice(-MOST)));
    } catch { /* storage is full or not allowed: it is learnt until the page is closed */ }
    return [headline];
  }

  /** Keep none; how many there were. */
  forget() {
    const many = this.all.length;
    this.#entered = "";
    try {
      localStorage.removeItem(KEY);
    } catch { /* storage is not allowed */ }
    return many;
  }

  /** Call `act` when another page of this browser forgets them. */
  onForgotten(act, signal) {
    addEventListener("storage", ({ key, newValue }) => (key === KEY || key === null) && newValue === null && act(), { signal });
  }
}

const cleaned = (text) => text.trim().replace(/\s+/g, " ");

/** The number of words, also where nobody writes spaces between them. */
function countWords(text) {
  if (!Intl.Segmenter) return text.split(" ").length;
  return [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)].filter((one) => one.isWordLike).length;
}
