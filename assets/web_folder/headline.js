// Grey text and a list of suggestions in a text field of any page, by one line in it:
//
//   <script type="module" src="headline/headline.js?for=title"></script>
//
// for the field with the id or the name “title”; `for` may be there several times. A script says instead
//
//   import { attach } from "./headline/headline.js";
//   attach(document.querySelector("#title"));

import { attach } from "./field/attached.js";

export { attach };

const names = new URL(import.meta.url).searchParams.getAll("for");
const attached = new Set();

/** Attach to the fields that are there by now, and leave those that are gone. */
function follow() {
  for (const name of names) {
    const found = document.getElementById(name), fields = found ? [found] : document.getElementsByName(name);
    for (const field of fields) attached.add(attach(field));
  }
  for (const each of attached) {
    if (each.input.isConnected) continue;
    each.detach();
    attached.delete(each);
  }
}

if (names.length) {
  follow();
  new MutationObserver(follow).observe(document, { childList: true, subtree: true });
}
