// Fires `paused` a second after the last change in a text field. Gradio runs this as the body of a function with element,
// props and trigger. The field may not be in the page yet, so the document listens for it.
const PAUSE = 1000; // milliseconds
let waiting = 0;
document.addEventListener("input", (event) => {
  if (!event.target.closest?.(props.field)) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => trigger("paused", {}), PAUSE);
});
