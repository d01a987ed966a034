// The progress of a training run, drawn from props.value, which headline/web/tabs/run_view.py makes. The curves are one SVG
// whose lines get new points, so that nothing flickers while a run goes on.
const root = element.querySelector(".run");
const SVG = "http://www.w3.org/2000/svg";
const W = 640, H = 220, LEFT = 44, RIGHT = 12, TOP = 10, BOTTOM = 28;

function node(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

const parts = {
  headline: node("p", "run-headline"),
  bar: node("progress"),
  lines: node("div", "run-lines"),
  chart: node("figure", "run-chart"),
  samples: node("div", "run-samples"),
  table: node("div", "scroll"),
};
parts.bar.max = 1;
parts.bar.setAttribute("aria-label", "Progress of the run");
parts.table.tabIndex = 0;
parts.table.setAttribute("role", "region");
parts.table.setAttribute("aria-label", "Loss by epoch");

const svg = shape("svg", { viewBox: `0 0 ${W} ${H}`, role: "img" });
const grid = shape("g", { class: "grid" });
const curves = Object.fromEntries(["loss", "held", "baseline"].map((name) => [name, shape("polyline", { class: name, fill: "none" })]));
svg.append(grid, ...Object.values(curves));
const caption = node("figcaption", "run-line");
const legend = Object.fromEntries(["loss", "held", "baseline"].map((name) => [name, node("span", `key ${name}`)]));
caption.append("Loss by epoch, in nats per word: ", ...Object.values(legend));
parts.chart.append(svg, caption);

function drawChart(run) {
  const loss = run.curve || [], held = run.held || [];
  const values = [...loss, ...held].map((p) => p[1]).concat(run.baseline ?? []);
  parts.chart.hidden = values.length < 2;
  if (parts.chart.hidden) return;
  const low = Math.min(...values), high = Math.max(...values), room = (high - low) * 0.08 || 0.1;
  const x = (epoch) => LEFT + (epoch / (run.epochs_asked || 1)) * (W - LEFT - RIGHT);
  const y = (nats) => TOP + ((high + room - nats) / (high - low + 2 * room)) * (H - TOP - BOTTOM);
  const line = (points) => points.map(([epoch, nats]) => `${x(epoch).toFixed(1)},${y(nats).toFixed(1)}`).join(" ");
  curves.loss.setAttribute("points", line(loss));
  curves.held.setAttribute("points", line(held));
  curves.baseline.setAttribute("points", run.baseline ? line([[0, run.baseline], [run.epochs_asked, run.baseline]]) : "");
  const marks = [];
  for (let i = 0; i <= 4; i++) {
    const nats = low + ((high - low) * i) / 4;
    marks.push(shape("line", { x1: LEFT, x2: W - RIGHT, y1: y(nats), y2: y(nats) }), text(LEFT - 6, y(nats) + 4, nats.toFixed(2), "end"));
  }
  const step = Math.max(1, Math.ceil(run.epochs_asked / 10));
  for (let epoch = 0; epoch <= run.epochs_asked; epoch += step) marks.push(text(x(epoch), H - 8, String(epoch), "middle"));
  grid.replaceChildren(...marks);
  legend.loss.textContent = `${run.loss_text || "–"} on training headlines`;
  legend.held.textContent = `${run.held_text || "–"} on held-out headlines`;
  legend.baseline.textContent = run.baseline ? `${run.baseline.toFixed(3)} n-grams alone, held out` : "";
  svg.setAttribute("aria-label", caption.textContent);
}

function text(x, y, what, anchor) {
  const made = shape("text", { x, y, "text-anchor": anchor });
  made.textContent = what;
  return made;
}

function drawSamples(run) {
  parts.samples.hidden = !(run.samples && run.samples.length);
  if (parts.samples.hidden) return;
  const list = node("ul");
  list.append(...run.samples.map((line) => node("li", "", line)));
  parts.samples.replaceChildren(node("h3", "", `What it writes after epoch ${run.samples_epoch}`), list);
}

function drawTable(run) {
  parts.table.hidden = !(run.epochs && run.epochs.length);
  if (parts.table.hidden) return;
  const made = node("table"), head = made.createTHead().insertRow(), body = made.createTBody();
  for (const title of ["Epoch", "Loss", "Held out", "Perplexity"]) {
    const cell = node("th", "", title);
    cell.scope = "col";
    head.append(cell);
  }
  for (const row of run.epochs) {
    const line = body.insertRow();
    for (const cell of row) line.insertCell().textContent = cell;
  }
  parts.table.replaceChildren(made);
}

let drawn = "";
function draw() {
  const run = props.value || {};
  const now = JSON.stringify(run);
  if (now === drawn) return;
  drawn = now;
  parts.headline.className = "run-headline " + (run.state || "");
  parts.headline.textContent = run.headline || "";
  parts.bar.hidden = run.share === undefined || run.share === null;
  if (!parts.bar.hidden) parts.bar.value = run.share;
  parts.lines.replaceChildren(...(run.lines || []).map((line) => node("p", "run-line", line)));
  drawChart(run);
  drawSamples(run);
  drawTable(run);
}

root.append(...Object.values(parts));
watch("value", draw);
draw();
