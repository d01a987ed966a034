// A list of whole headlines, each marked as new or seen in training; a click puts one into the box or copies it.
// Gradio runs this as the body of a function with element, props, watch and trigger. Data is only ever set as text.
const root = element.querySelector(".choices");

function part(className, text) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  return span;
}

function row(item) {
  const entry = document.createElement("li");
  const use = document.createElement("button");
  use.type = "button";
  use.className = "choice";
  const words = part("words", "");
  words.append(part("typed", item.kept), part("rest", item.rest));
  use.dir = "auto"; // by the headline's first letter
  use.append(words, part("mark", item.mark));
  use.addEventListener("click", () => {
    trigger("take", { text: item.text });
    document.querySelector(props.focus)?.focus();
  });
  const copy = document.createElement("button");
  copy.type = "button";
  copy.className = "copy";
  copy.textContent = "Copy";
  copy.setAttribute("aria-label", `Copy: ${item.text}`);
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(item.text);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Not allowed";
    }
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  });
  entry.append(use, copy);
  return entry;
}

function draw() {
  const list = document.createElement("ul");
  list.setAttribute("aria-label", props.name);
  list.append(...(props.value?.items || []).map(row));
  const note = part("note", props.value?.note || "");
  note.hidden = !note.textContent;
  root.replaceChildren(list, note);
}

watch("value", draw);
draw();
