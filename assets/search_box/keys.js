// What a key does in the search box, as a function of the state (state.js) and the text: nothing is changed here.

import { firstWord, whole } from "./state.js";

/**
 * One of {choose: row}, {open: whether}, {take: suggestion}, {submit}, {dismiss}, {empty}; null where the key does what it
 * always does. `passes` says that it does that too.
 */
export function actionOf(event, state, text) {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event, { items, active, open, chosen } = state, n = items.length;
  const plain = !ctrlKey && !metaKey && !shiftKey, unmodified = plain && !altKey;
  if (key === "ArrowDown" && plain && n) return altKey ? { open: true } : { choose: open ? (active + 1) % n : 0 };
  if (key === "ArrowUp" && plain && n) return altKey ? { open: false } : { choose: active <= 0 ? n - 1 : active - 1 };
  if (key === "Enter" && unmodified) return chosen ? { take: chosen } : { submit: true };
  if (key === "Escape") {
    if ((open || state.offered) && !state.dismissed) return { dismiss: true };
    return text.value ? { empty: true } : null;
  }
  if (key === "Tab" && unmodified) {
    const item = chosen ? whole(chosen) : state.offered;
    return item && { take: item }; // else Tab moves the focus, as usual
  }
  const onwards = state.direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (key === onwards && (ctrlKey || altKey) && !shiftKey && !metaKey) {
    return state.offered && { take: firstWord(state.offered) };
  }
  if (["Home", "End", "ArrowLeft"].includes(key) && active >= 0) return { choose: -1, passes: true };
  return null;
}
