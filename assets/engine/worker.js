// The engine in a Web Worker: the page tells it once where a model's files are, and then sends it texts to answer.
//
// Messages to it    {open: files}                    download.js says what a file is, engine.js which there are
//                   {ask: {number, text, options, ahead}}   Suggester.answer has the options; `ahead` those for what
//                                                    may be typed next. Without a number the answer is known.
//                   {learn: headlines}               that a person finished, in the order of time; null forgets all
// Messages from it  {progress: share}, {opened: true}, {failed: a sentence}
//                   {answered: {number, text, suggestions, complete}}
//                   {foreseen: {text, options, suggestions, complete}}   the same for a text that is likely to come
//                   {learnt: true}                   all that was to be learnt
// Of several texts that wait, only the newest is answered. While nothing waits, the texts that are probably typed next are
// answered, one at a time: the list of most letters is in the page before the letter is. Headlines are learnt one by one while nobody types, because each
// takes as long as many answers.

import { download } from "./download.js";

let suggester = null, lookAhead = null; // once the model is there
let personal = null; // what was learnt
const TYPING = 300; // milliseconds after a question in which another is likely
const SLOW = 25; // milliseconds of one answer from which on no more are foreseen: the processor has other work
const lessons = []; // headlines that are still to be learnt
let studying = 0, asked = -TYPING; // the timer of the next lesson; when the last question came
let waiting = null; // the newest question
let next = null; // {text, options, texts}: the text that was asked for last, and those that are probably typed next
let pausing = false; // whether a message of `pause` is under way
const turn = new MessageChannel(); // its message arrives after all questions that were sent before
const pause = new MessageChannel(); // its message arrives when what came before it is done

addEventListener("message", ({ data }) => {
  if (data.open) open(data.open);
  if (data.learn) {
    lessons.push(...data.learn);
    study();
  } else if (data.learn === null) {
    lessons.length = 0;
    personal = next = null;
  }
  if (data.ask && suggester) {
    asked = performance.now();
    if (!waiting) turn.port2.postMessage(null);
    waiting = data.ask;
  }
});

turn.port1.onmessage = () => {
  const { number, text, options, ahead } = waiting;
  waiting = null;
  if (number !== undefined) postMessage({ answered: { number, text, ...answer(text, options) } });
  next = { text, options: ahead };
  foreseeSoon();
};

pause.port1.onmessage = () => {
  pausing = false;
  if (waiting || !next) return;
  const began = performance.now();
  foresee(next);
  if (next.texts.length && performance.now() - began < SLOW) foreseeSoon();
};

function foresee(next) {
  const { options } = next;
  if (!next.texts) next.texts = lookAhead(suggester, next.text, { ...options, personal });
  else {
    const text = next.texts.shift();
    postMessage({ foreseen: { text, options, ...answer(text, options) } });
  }
}

function foreseeSoon() {
  if (pausing || !next.options) return;
  pausing = true;
  pause.port2.postMessage(null);
}

const answer = (text, options) => suggester.answer(text, { ...options, personal });

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
    const contents = download(files, (progress) => postMessage({ progress })); // which the modules need not wait for, nor it for them
    const kernels = fetch(new URL("kernels.wasm", import.meta.url)).then((reply) => (reply.ok ? reply.arrayBuffer() : null));
    const { build, likelyNext } = await import("./engine.js");
    suggester = await build(kernels.catch(() => null), contents);
    lookAhead = likelyNext;
    suggester.answer("", { phrases: false }); // the browser's compiler has seen the code once before somebody types
    postMessage({ opened: true });
  } catch (error) {
    postMessage({ failed: String(error.message ?? error) });
  }
}
