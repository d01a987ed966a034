// A list of texts that a click takes. Gradio runs this as the body of a function with element, props,
// watch and trigger. All data reaches the page through textContent.
const root = element.querySelector(".choices");
const TYPED_SHOWN = 28; // letters of a long text that are repeated in each row

function part(className, text) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  return span;
}

function row(item, typed) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = item.whole ? "choice whole" : "choice";
  const words = document.createElement("span");
  words.className = "words";
  const start = item.whole || typed.length <= TYPED_SHOWN ? typed : "…" + typed.slice(-TYPED_SHOWN);
  words.append(part("typed", start), part("rest", item.rest));
  button.append(words);
  if (item.mark) button.append(part("mark", item.mark));
  if (item.probability !== undefined) {
    const percent = item.probability * 100;
    const meter = part("meter", "");
    meter.style.setProperty("--share", percent.toFixed(1) + "%");
    meter.setAttribute("aria-hidden", "true");
    button.append(meter, part("figure", percent >= 0.95 ? percent.toFixed(0) + "%" : "<1%"));
  }
  button.addEventListener("click", () => {
    trigger("take", { text: item.text });
    const target = document.querySelector(props.focus);
    if (target) target.focus();
  });
  const entry = document.createElement("li");
  entry.append(button);
  return entry;
}

function draw() {
  const value = props.value || { typed: "", items: [] };
  const list = document.createElement("ul");
  list.setAttribute("aria-label", props.name);
  list.append(...value.items.map((item) => row(item, item.kept === undefined ? value.typed : item.kept)));
  root.replaceChildren(list);
}

watch("value", draw);
draw();
