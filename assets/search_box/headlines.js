// The headlines that a person finished, kept in this browser alone.

const KEY = "headline.finished";
const MOST = 100; // headlines: of more, the last ones
const LONGEST = 300; // characters of a headline; a longer text is none

/** Headlines in the order of time. */
export class Headlines {
  /** All of them. What another program or a fault left in the storage is passed over. */
  get all() {
    try {
      const stored = JSON.parse(localStorage.getItem(KEY) || "[]");
      return stored.filter((one) => typeof one === "string" && one && one.length <= LONGEST).slice(-MOST);
    } catch {
      return []; // damaged, or storage is not allowed
    }
  }

  /** Keep a text; the headline as it is kept, null if it is none or is there already. */
  add(text) {
    const headline = text.trim().replace(/\s+/g, " "), all = this.all;
    if (!headline || headline.length > LONGEST || all.includes(headline)) return null;
    try {
      localStorage.setItem(KEY, JSON.stringify([...all, headline].slice(-MOST)));
    } catch { /* storage is full or not allowed: it is learnt until the page is closed */ }
    return headline;
  }

  /** Keep none; how many there were. */
  forget() {
    const many = this.all.length;
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
