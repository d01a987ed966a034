// How a training run goes, drawn from props.value as headline/web/train.py describes it.
const root = element.querySelector(".run");

function node(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function table(rows) {
  const made = node("table");
  const head = made.createTHead().insertRow();
  for (const title of ["Epoch", "Loss", "Held out", "Perplexity"]) {
    const cell = node("th", "", title);
    cell.scope = "col";
    head.append(cell);
  }
  const body = made.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const cell of row) line.insertCell().textContent = cell;
  }
  return made;
}

function draw() {
  const run = props.value || {};
  const parts = [];
  if (run.headline) parts.push(node("p", "run-headline " + (run.state || ""), run.headline));
  if (run.share !== undefined && run.share !== null) {
    const bar = node("progress");
    bar.max = 1;
    bar.value = run.share;
    bar.setAttribute("aria-label", "Share of the run that is done");
    parts.push(bar);
  }
  for (const line of run.lines || []) parts.push(node("p", "run-line", line));
  if (run.epochs && run.epochs.length) parts.push(table(run.epochs));
  root.replaceChildren(...parts);
}

watch("value", draw);
draw();
