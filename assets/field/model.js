// The model of this folder: model.json says which files it has, and what rules the box needs (headline/share/web_folder.py).

import { Answers } from "../search_box/answers.js";

const FOLDER = new URL("..", import.meta.url);
let read = null; // a promise of model.json: one for all fields of a page
let shared = null; // Answers: one engine for all fields of a page
let asking = null; // the field that asked last
const all = new Set(); // what each field hears with

/** A promise of model.json: {name, rules, files}. */
export function readModel() {
  read ??= fetch(new URL("model.json", FOLDER)).then((reply) => {
    if (!reply.ok) throw new Error(`model.json: the server answered ${reply.status}`);
    return reply.json();
  });
  return read;
}

/** Who answers one field, as SearchBox takes it. All fields ask one engine, which answers whoever asked last. */
export function answersFor(heard) {
  all.add(heard);
  shared ??= new Answers({ code: FOLDER.href.slice(0, -1), files: listed }, {
    onAnswer: (answer) => asking?.onAnswer(answer),
    onLost: (lost) => all.forEach((each) => each.onLost(lost)),
    onEngine: (engine) => all.forEach((each) => each.onEngine(engine)),
    onGone() {},
    isShown: () => true,
  });
  return {
    server: null,
    get local() {
      return shared.local;
    },
    learn: (headlines) => shared.learn(headlines),
    forget: () => shared.forget(),
    choose: (model) => model !== shared.model && shared.choose(model),
    ask(...question) {
      asking = heard;
      shared.ask(...question);
    },
    close() {
      all.delete(heard);
      if (asking === heard) asking = null;
    },
  };
}

/** The model's files with whole addresses. */
async function listed() {
  const { files } = await readModel();
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, { ...file, url: new URL(file.url, FOLDER).href }]));
}
