// Who answers: the engine in this page once it is there, until then the server, if there is one. One protocol for both.

import { Engine, listedFiles, suits } from "./engine.js";
import { Server } from "./server.js";

const KEPT = 256; // last answers: whoever goes back in the text sees the list at once, and mostly who goes on

/** Lists for texts, the newest first asked. */
export class Answers {
  #engine = null;
  #question = null; // {text, options, model} asked last
  #ahead = null; // the options for what may follow its text
  #known = new Map(); // question -> answer, the oldest first
  #learnt = []; // headlines that the engine learns from, in the order of time

  /**
   * `code` is the address of the folder that holds engine/. `api` is the prefix of the server's routes; without a server,
   * `files(model)` promises a model's files, {name: {url, bytes, sha256}} with whole addresses. `heard` has
   *   onAnswer({text, suggestions, complete})   never older than one before
   *   onGone(model)                             the model was deleted since it was chosen
   *   isShown()                                 whether the box is still on the page
   *   onLost(lost)                              whether nobody answers: the server, or without one the engine
   *   onEngine({progress} or {ready})           how much of the model has arrived; whether the engine answers
   */
  constructor({ code, api = "", files = (model) => listedFiles(api, model) }, heard) {
    Object.assign(this, { code, files, heard });
    this.model = "";
    this.number = 0;
    const fromServer = (answer, question) => this.#fromServer(answer, question);
    this.server = api ? new Server(api, { ...heard, onAnswer: fromServer }) : null;
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
    if (!this.server || suits()) this.#whenIdle(() => this.#start(model));
  }

  /**
   * Ask about a text; `options` as Suggester.answer in ../engine/suggester.js has them, `ahead` those for the texts that may
   * be typed next: the engine answers the most probable ones too, while it has nothing else to do.
   */
  ask(text, options, ahead = options) {
    this.#question = { text, options, model: this.model };
    this.#ahead = ahead;
    this.number += 1;
    const known = this.#known.get(JSON.stringify(this.#question));
    if (this.local) this.#engine.ask({ number: known ? undefined : this.number, text, options, ahead });
    if (known) this.heard.onAnswer(known);
    else if (!this.local) this.server?.ask(this.#question);
  }

  /** Learn from more headlines, in the order of time. The engine does; the server never hears of them. */
  learn(headlines) {
    this.#learnt.push(...headlines);
    if (this.local && headlines.length) this.#engine.learn(headlines);
  }

  /** Forget all headlines. */
  forget() {
    this.#learnt = [];
    if (!this.local) return;
    this.#engine.learn(null);
    this.#askAgain();
  }

  /** Nothing is asked and nothing kept any more. */
  close() {
    this.#engine?.close();
    this.server?.stop();
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
      onForeseen: ({ text, options, ...answer }) => this.#keep({ text, options, model }, { text, ...answer }),
      onLearnt: () => this.#askAgain(),
      onFailed: () => this.#failed(),
    });
    this.#engine.open(this.files(model));
  }

  #ready() {
    this.server?.stop();
    if (this.#learnt.length) this.#engine.learn(this.#learnt);
    this.heard.onEngine({ ready: true });
    this.#askAgain();
  }

  // What is known was answered before.
  #askAgain() {
    this.#known.clear();
    if (this.#question) this.ask(this.#question.text, this.#question.options, this.#ahead);
  }

  #failed() {
    this.#engine = null;
    this.heard.onEngine({ ready: false });
    if (!this.server) this.heard.onLost(true);
    this.#askAgain();
  }

  #fromServer(answer, question) {
    if (!this.local && question.model === this.model) this.#hear(answer, question);
  }

  #hear(answer, question) {
    this.#keep(question, answer);
    this.heard.onAnswer(answer);
  }

  #keep(question, answer) {
    this.#known.set(JSON.stringify(question), answer);
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value);
  }
}
