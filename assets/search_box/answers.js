// Who answers: the engine in this page once it is there, until then the server. One protocol for both.

const KEPT = 64; // last answers: whoever goes back in the text sees the list at once

/** Lists for texts, the newest first asked. */
class Answers {
  #engine = null;
  #question = null; // {text, options, model} asked last
  #known = new Map(); // question -> answer, the oldest first

  /**
   * `api` is the prefix of the server's routes, `code` that of the modules. `heard` has
   *   onAnswer({text, suggestions, complete})   never older than one before
   *   onGone(model)                             the model was deleted since it was chosen
   *   isShown()                                 whether the box is still on the page
   *   onLost(lost)                              whether the server does not answer, where it is needed
   *   onEngine({progress} or {ready})           how much of the model has arrived; whether the engine answers
   */
  constructor({ api, code }, heard) {
    Object.assign(this, { api, code, heard });
    this.model = "";
    this.number = 0;
    this.server = new Server(api, { ...heard, onAnswer: (answer, question) => this.#fromServer(answer, question) });
  }

  get local() {
    return Boolean(this.#engine?.ready);
  }

  /** Another model. Its engine is fetched once the page has nothing else to do. */
  choose(model) {
    this.model = model;
    this.#engine?.close();
    this.#engine = null;
    this.heard.onEngine({ ready: false });
    if (suits()) this.#whenIdle(() => this.#start(model));
  }

  /** Ask about a text; `options` as Suggester.answer in ../engine/suggester.js has them. */
  ask(text, options) {
    this.#question = { text, options, model: this.model };
    this.number += 1;
    const known = this.#known.get(JSON.stringify(this.#question));
    if (known) return this.heard.onAnswer(known);
    if (this.local) return this.#engine.ask({ number: this.number, text, options });
    this.server.ask(this.#question);
  }

  #whenIdle(act) {
    const when = globalThis.requestIdleCallback ?? ((later) => setTimeout(later, 500));
    when(act, { timeout: 2000 });
  }

  #start(model) {
    if (model !== this.model || this.#engine) return;
    this.#engine = new Engine(this.code, {
      onProgress: (progress) => this.heard.onEngine({ progress }),
      onReady: () => this.#ready(),
      onAnswer: (answer) => answer.number === this.number && this.#hear(answer, this.#question),
      onFailed: () => this.#failed(),
    });
    this.#engine.open(`${this.api}/engine?${new URLSearchParams({ model })}`);
  }

  #ready() {
    this.server.stop();
    this.heard.onEngine({ ready: true });
    if (this.#question) this.ask(this.#question.text, this.#question.options);
  }

  #failed() {
    this.#engine = null;
    this.heard.onEngine({ ready: false });
    if (this.#question) this.ask(this.#question.text, this.#question.options);
  }

  #fromServer(answer, question) {
    if (!this.local && question.model === this.model) this.#hear(answer, question);
  }

  #hear(answer, question) {
    this.#known.set(JSON.stringify(question), answer);
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value);
    this.heard.onAnswer(answer);
  }
}
