// The engine in a Web Worker: the page tells it once where a model's files are, and then sends it texts to answer.
//
// Messages to it    {open: files}                    download.js says what a file is, engine.js which there are
//                   {ask: {number, text, options}}   Suggester.answer has the options
//                   {learn: headlines}               that a person finished, in the order of time; null forgets all
// Messages from it  {progress: share}, {opened: true}, {failed: a sentence}
//                   {answered: {number, text, suggestions, complete}}
//                   {learnt: true}                   all that was to be learnt
// Of several texts that wait, only the newest is answered. Headlines are learnt one by one while nobody types, because each
// takes as long as many answers.

import { download } from "./download.js";
import { build } from "./engine.js";
import { compile } from "./kernels.js";

let suggester = null;
let personal = null; // what was learnt
const TYPING = 300; // milliseconds after a question in which another is likely
const lessons = []; // headlines that are still to be learnt
let studying = 0, asked = -TYPING; // the timer of the next lesson; when the last question came
let waiting = null; // the newest question
const turn = new MessageChannel(); // its message arrives after all questions that were sent before

addEventListener("message", ({ data }) => {
  if (data.open) open(data.open);
  if (data.learn) {
    lessons.push(...data.learn);
    study();
  } else if (data.learn === null) {
    lessons.length = 0;
    personal = null;
  }
  if (data.ask && suggester) {
    asked = performance.now();
    if (!waiting) turn.port2.postMessage(null);
    waiting = data.ask;
  }
});

turn.port1.onmessage = () => {
  const { number, text, options } = waiting;
  waiting = null;
  postMessage({ answered: { number, text, ...suggester.answer(text, { ...options, personal }) } });
};

function study() {
  if (studying || !lessons.length) return;
  studying = setTimeout(() => {
    studying = 0;
    if (lessons.length && suggester && !waiting && performance.now() - asked >= TYPING) {
      personal = suggester.learn([lessons.shift()], personal);
      if (!lessons.length) postMessage({ learnt: true });
    }
    study();
  }, performance.now() - asked < TYPING ? TYPING : 0);
}

async function open(files) {
  try {
    const kernels = fetch(new URL("kernels.wasm", import.meta.url)).then((reply) => (reply.ok ? reply.arrayBuffer() : null));
    const contents = await download(files, (progress) => postMessage({ progress }));
    suggester = build(await compile(await kernels.catch(() => null)), contents);
    suggester.answer(""); // the browser's compiler has seen the code once before somebody types
    postMessage({ opened: true });
  } catch (error) {
    postMessage({ failed: String(error.message ?? error) });
  }
}
