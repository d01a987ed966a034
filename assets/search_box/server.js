// The server's exact lists, for as long as the engine is not there.

const IN_FLIGHT = 4; // requests at once: at a distance an answer takes several keys
const LONGEST = 2000; // characters of a text that are sent, its last ones: an address has a limit
const FIRST_RETRY = 500, LATEST_RETRY = 8000; // milliseconds between two tries while the server does not answer

/** Asks for texts. Answers come as they arrive; one that is older than the last one shown is dropped. */
export class Server {
  #flights = new Set(); // requests under way, the oldest first: {text, controller}
  #asked = 0; // number of the last request
  #answered = 0; // number of the newest answer
  #tried = 0; // times in a row without an answer
  #retrying = 0;

  /** `heard` has onAnswer(answer, question), onGone(model), onLost(lost), isShown(). */
  constructor(api, heard) {
    this.api = api;
    this.heard = heard;
    addEventListener("online", () => this.#tried && this.#again());
  }

  /** Ask a question: {text, options, model}. */
  async ask(question) {
    const number = ++this.#asked, { text, model, options: { k, style, phrases } } = question;
    const query = new URLSearchParams({ q: text.slice(-LONGEST), model, k, style, phrases: phrases ? 1 : 0 });
    this.last = question;
    this.#makeRoom(text);
    const controller = new AbortController(), flight = { text, controller };
    this.#flights.add(flight);
    try {
      const reply = await fetch(`${this.api}/suggest?${query}`, { signal: controller.signal });
      if (reply.status === 429) return this.#retry(1000 * (Number(reply.headers.get("Retry-After")) || 1));
      if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
      const answer = await reply.json();
      this.#found();
      if (answer.gone) return this.heard.onGone(model);
      if (number < this.#answered) return;
      this.#answered = number;
      this.heard.onAnswer({ text, suggestions: answer.suggestions, complete: answer.complete }, question);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (number === this.#asked) this.heard.onLost(true);
      this.#retry(Math.min(LATEST_RETRY, FIRST_RETRY * 2 ** this.#tried));
    } finally {
      this.#flights.delete(flight);
    }
  }

  /** Nothing is asked any more. */
  stop() {
    this.#asked += 1;
    for (const { controller } of this.#flights) controller.abort();
    this.#flights.clear();
    this.last = null;
    this.#found();
  }

  /** An answer helps as long as the text in the box begins with its text: others end, and of too many the oldest. */
  #makeRoom(text) {
    for (const flight of [...this.#flights]) {
      if (text.startsWith(flight.text) && this.#flights.size < IN_FLIGHT) continue;
      flight.controller.abort();
      this.#flights.delete(flight);
    }
  }

  // The server is asked again and again, for the text that is in the box by then: the list comes back by itself.
  #retry(milliseconds) {
    this.#tried += 1;
    clearTimeout(this.#retrying);
    this.#retrying = setTimeout(() => this.#again(), milliseconds);
  }

  #again() {
    clearTimeout(this.#retrying);
    if (this.last && this.heard.isShown()) this.ask(this.last);
  }

  #found() {
    this.#tried = 0;
    clearTimeout(this.#retrying);
    this.heard.onLost(false);
  }
}
