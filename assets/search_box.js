// The search box in Gradio's page: the only file of it that knows Gradio, which runs it as the body of a function with
// element, props, watch and trigger. headline/web/search_box.py says what it gets and what it sends. The page's other parts
// speak to it by events of the document: "headline-put" puts a text into the box, "headline-finished" says that a person
// took a headline, both with the text as `detail`; it sends "headline-writing" when it asks for whole headlines.

import { Answers } from "./search_box/answers.js";
import { SearchBox } from "./search_box/box.js";

const box = new SearchBox({
  root: document,
  element,
  rules: props.rules,
  answers: (heard) => new Answers({ api: props.api, code: props.code }, heard),
  inAddress: true,
  on: {
    onText: give,
    onSubmit: (text) => {
      document.dispatchEvent(new CustomEvent("headline-writing"));
      trigger("submit", { text });
    },
    onGone: (model) => trigger("gone", { model }), // Python says so, and chooses the bundled one
  },
});

// What Python sends holds no text, so the box's own is put into it: the next event takes it along.
function give(text) {
  if (props.value?.text !== text) props.value = { ...props.value, text };
}

function receive() {
  if (props.value?.model !== undefined) box.choose(props.value.model);
  give(box.text);
}

watch("value", receive);
receive();
document.addEventListener("headline-put", ({ detail }) => box.put(detail));
document.addEventListener("headline-finished", ({ detail }) => box.finish(detail));
if (window === window.top) box.focus(); // in the frame of another page nothing takes the focus of that page
