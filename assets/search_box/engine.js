// The engine in a worker, as the search box uses it.

/** Whether this browser is asked to hold a model: not where people save data or the device has little memory. */
function suits({ connection, deviceMemory = 4 } = navigator) {
  return !connection?.saveData && deviceMemory >= 2 && typeof WebAssembly === "object" && typeof Worker === "function";
}

/** A model in a worker: it answers once `onReady` was called. */
class Engine {
  #worker = null;

  /** `code` is the address of the modules' folder; `heard` has onProgress(share), onReady(), onAnswer(answer), onFailed(why). */
  constructor(code, heard) {
    this.code = code;
    this.heard = heard;
    this.ready = false;
  }

  /** Fetch a model's files from the addresses that the server lists at `address`. */
  async open(address) {
    try {
      const reply = await fetch(address);
      if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
      const { files } = await reply.json();
      if (!files) throw new Error("the server answers for this model");
      if (this.closed) return;
      this.#worker = new Worker(`${this.code}/engine/worker.js`, { type: "module" });
      this.#worker.onmessage = ({ data }) => this.#hear(data);
      this.#worker.onerror = (event) => this.#fail(event.message ?? "the worker could not be started");
      this.#worker.postMessage({ open: files });
    } catch (error) {
      this.#fail(error.message);
    }
  }

  ask(question) {
    this.#worker.postMessage({ ask: question });
  }

  close() {
    this.closed = true;
    this.ready = false;
    this.#worker?.terminate();
  }

  #hear({ progress, opened, answered, failed }) {
    if (this.closed) return;
    if (progress !== undefined) this.heard.onProgress(progress);
    if (answered) this.heard.onAnswer(answered);
    if (failed) this.#fail(failed);
    if (opened) {
      this.ready = true;
      this.heard.onReady();
    }
  }

  #fail(why) {
    if (this.closed) return;
    this.close();
    this.heard.onFailed(why);
  }
}
