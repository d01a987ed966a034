// The search box in Gradio's page: the only file of it that knows Gradio, which runs it as the body of a function with
// element, props, watch and trigger. headline/web/search_box.py says what it gets and what it sends.

import { Answers } from "./answers.js";
import { SearchBox } from "./box.js";

const box = new SearchBox({
  root: document,
  element,
  rules: props.rules,
  answers: (heard) => new Answers({ api: props.api, code: props.code }, heard),
  inAddress: true,
  on: {
    onText: (text) => { props.value = { ...props.value, text }; },
    onSubmit: (text) => trigger("submit", { text }),
    onGone: (model) => trigger("gone", { model }), // Python says so, and chooses the bundled one
  },
});

let stamp = null; // of the last text that Python put into the box
function receive() {
  const { model, put, stamp: sent } = props.value || {};
  if (model !== undefined) box.choose(model);
  if (put !== undefined && sent !== stamp) {
    stamp = sent;
    box.put(put);
  }
}

watch("value", receive);
receive();
box.focus();
