// The page of the folder: the search box over the whole model, without a server.

import { answersFor, readModel } from "./field/model.js";
import { SearchBox } from "./search_box/box.js";

const SAID_FOR = 1500; // milliseconds
const copy = document.querySelector("#copy");

async function start() {
  navigator.serviceWorker?.register("service_worker.js").catch(() => {}); // over plain http there are none
  const { name, rules } = await readModel();
  document.querySelector("#model").textContent = name;
  const box = new SearchBox({
    root: document,
    element: document.querySelector("#search-box"),
    rules,
    answers: answersFor,
    inAddress: true,
    on: { onSubmit: finish },
  });
  function finish(text) {
    box.finish(text);
    copyText(text);
  }
  copy.addEventListener("click", () => finish(box.text));
  box.choose("model");
  box.focus();
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  } catch {
    copy.textContent = "Not allowed";
  }
  setTimeout(() => (copy.textContent = "Copy headline"), SAID_FOR);
}

start().catch((error) => (document.querySelector("#failed").textContent = `The model could not be loaded: ${error.message}.`));
