// The engine in a worker, as the search box uses it.

/** Whether this browser is asked to hold a model: not where people save data or the device has little memory. */
export function suits({ connection, deviceMemory = 4 } = navigator) {
  return !connection?.saveData && deviceMemory >= 2 && typeof WebAssembly === "object" && typeof Worker === "function";
}

/** The files of a model as the server lists them, null where only the server can run it. */
export async function listedFiles(api, model) {
  const reply = await fetch(`${api}/engine?${new URLSearchParams({ model })}`);
  if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
  return (await reply.json()).files;
}

/** A model in a worker: it answers once `onReady` was called. */
export class Engine {
  #worker = null;

  /**
   * `code` is the address of the modules' folder; `heard` has onProgress(share), onReady(), onAnswer(answer),
   * onForeseen(answer), onLearnt(), onFailed(why).
   */
  constructor(code, heard) {
    this.code = code;
    this.heard = heard;
    this.ready = false;
  }

  /** Fetch a model's files: `listed` promises them as ../engine/download.js has them, or null where there is no such list. */
  async open(listed) {
    try {
      const files = await listed;
      if (!files) throw new Error("the server answers for this model");
      if (this.closed) return;
      this.#worker = startWorker(`${this.code}/engine/worker.js`);
      this.#worker.onmessage = ({ data }) => this.#hear(data);
      this.#worker.onerror = (event) => this.#fail(event.message ?? "the worker could not be started");
      this.#worker.postMessage({ open: files });
    } catch (error) {
      this.#fail(error.message);
    }
  }

  /** Ask a question as ../engine/worker.js has it. */
  ask(question) {
    this.#worker.postMessage({ ask: question });
  }

  /** Learn from headlines, in the order of time, after those before; null forgets all. */
  learn(headlines) {
    this.#worker.postMessage({ learn: headlines });
  }

  close() {
    this.closed = true;
    this.ready = false;
    this.#worker?.terminate();
  }

  #hear({ progress, opened, answered, foreseen, learnt, failed }) {
    if (this.closed) return;
    if (progress !== undefined) this.heard.onProgress(progress);
    if (answered) this.heard.onAnswer(answered);
    if (foreseen) this.heard.onForeseen(foreseen);
    if (learnt) this.heard.onLearnt();
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

/** A worker from an address. Of another host browsers start none, but one of this page may import it. */
function startWorker(address) {
  const url = new URL(address, location.href);
  if (url.origin === location.origin) return new Worker(url, { type: "module" });
  const script = new Blob([`import ${JSON.stringify(url.href)};`], { type: "text/javascript" });
  return new Worker(URL.createObjectURL(script), { type: "module" });
}
