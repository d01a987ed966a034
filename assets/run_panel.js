// The progress of a training run, drawn from props.value, which headline/web/tabs/run_view.py makes. The curves are one SVG
// whose lines get new points, so that nothing flickers while a run goes on.

import { make, shape } from "./elements.js";

const root = element.querySelector(".run");
const H = 240, LEFT = 44, TOP = 10, BOTTOM = 28; // of the drawing
const narrow = matchMedia("(max-width: 700px)"); // then the names of the lines stand under it, not beside it
let W = 640, RIGHT = 170;
const LINE = 16; // height of a name

const parts = {
  headline: make("p", "run-headline"),
  bar: make("progress"),
  verdict: make("div", "run-verdict"),
  lines: make("div", "run-lines"),
  samples: make("div", "run-samples"),
  more: make("details", "run-more"),
};
parts.bar.max = 1;
parts.bar.setAttribute("aria-label", "Progress of the run");

// Folded away: the curves and figures, each with a sentence that says what it is.
const chart = make("figure", "run-chart"), figures = make("div"), terms = make("dl", "run-terms"), table = make("div", "scroll");
parts.more.append(make("summary", "", "Curves and figures"), chart, figures, terms, table);
table.tabIndex = 0;
table.setAttribute("role", "region");
table.setAttribute("aria-label", "Loss by pass");

const NAMES = { loss: "titles learnt from", held: "titles held out", baseline: "counts alone" };
const svg = shape("svg", { role: "img" });
const grid = shape("g", { class: "grid" });
const curves = Object.fromEntries(Object.keys(NAMES).map((name) => [name, shape("polyline", { class: name, fill: "none" })]));
const names = shape("g", { class: "names" });
svg.append(grid, ...Object.values(curves), names);
const ABOUT = "Loss after each pass over your titles. Lower is better.";
const MIXED = "The lines are of the network; the finished model mixes it with the counts.";
const caption = make("figcaption", "run-line");
chart.append(svg, caption);
narrow.addEventListener("change", () => drawChart(props.value || {}));

function drawChart(run) {
  const points = { loss: run.curve || [], held: run.held || [], baseline: [] };
  if (run.baseline) points.baseline = [[0, run.baseline], [run.epochs_asked, run.baseline]];
  const values = Object.values(points).flat().map((p) => p[1]);
  chart.hidden = values.length < 2;
  if (chart.hidden) return;
  [W, RIGHT] = narrow.matches ? [360, 12] : [640, 170];
  svg.setAttribute("viewBox", `0 0 ${W} ${H}`);
  const low = Math.min(...values), high = Math.max(...values), room = (high - low) * 0.08 || 0.1;
  const x = (epoch) => LEFT + (epoch / (run.epochs_asked || 1)) * (W - LEFT - RIGHT);
  const y = (nats) => TOP + ((high + room - nats) / (high - low + 2 * room)) * (H - TOP - BOTTOM);
  for (const [name, line] of Object.entries(points)) {
    curves[name].setAttribute("points", line.map(([epoch, nats]) => `${x(epoch).toFixed(1)},${y(nats).toFixed(1)}`).join(" "));
  }
  const marks = [];
  for (let i = 0; i <= 4; i++) {
    const nats = low + ((high - low) * i) / 4;
    marks.push(shape("line", { x1: LEFT, x2: W - RIGHT, y1: y(nats), y2: y(nats) }), text(LEFT - 6, y(nats) + 4, nats.toFixed(2), "end"));
  }
  const step = Math.max(1, Math.ceil(run.epochs_asked / 10));
  for (let epoch = 0; epoch <= run.epochs_asked; epoch += step) marks.push(text(x(epoch), H - 8, String(epoch), "middle"));
  grid.replaceChildren(...marks);
  drawNames(points, y);
  const named = [...names.children].map((name) => name.textContent).join(" · ");
  const about = run.baseline ? `${ABOUT} ${MIXED}` : ABOUT;
  svg.setAttribute("aria-label", `${about} ${named}`);
  names.setAttribute("visibility", narrow.matches ? "hidden" : "visible");
  caption.textContent = narrow.matches ? `${about} ${named}` : about;
}

// Each line's name and last value at its end, on the right; where lines end close together, the names keep apart.
function drawNames(points, y) {
  const ends = Object.entries(points).filter(([, line]) => line.length).map(([name, line]) => ({ name, nats: line.at(-1)[1], at: y(line.at(-1)[1]) }));
  ends.sort((a, b) => a.at - b.at);
  ends.forEach((end, i) => { if (i) end.at = Math.max(end.at, ends[i - 1].at + LINE); });
  const below = ends.length ? ends.at(-1).at - (H - BOTTOM) : 0;
  names.replaceChildren(...ends.map((end) => {
    const made = text(W - RIGHT + 8, end.at - Math.max(0, below) + 4, `${NAMES[end.name]} ${end.nats.toFixed(2)}`, "start");
    made.setAttribute("class", end.name);
    return made;
  }));
}

function text(x, y, what, anchor) {
  const made = shape("text", { x, y, "text-anchor": anchor });
  made.textContent = what;
  return made;
}

function drawSamples(run) {
  parts.samples.hidden = !(run.samples && run.samples.length);
  if (parts.samples.hidden) return;
  const list = make("ul");
  list.append(...run.samples.map((line) => make("li", "", line)));
  parts.samples.replaceChildren(make("h3", "", run.samples_title), list);
}

function drawFigures(run) {
  figures.replaceChildren(...(run.figures || []).map((line) => make("p", "run-line", line)));
  terms.replaceChildren(...(run.terms || []).flatMap(([term, meaning]) => [make("dt", "", term), make("dd", "", meaning)]));
  table.hidden = !(run.epochs && run.epochs.length);
  if (table.hidden) return;
  const made = make("table"), head = made.createTHead().insertRow(), body = made.createTBody();
  for (const title of ["Pass", "Loss", "Loss held out"]) {
    const cell = make("th", "", title);
    cell.scope = "col";
    head.append(cell);
  }
  for (const row of run.epochs) {
    const line = body.insertRow();
    for (const cell of row) line.insertCell().textContent = cell;
  }
  table.replaceChildren(made);
}

// The step that holds the panel is brought into view when a run was started, or could not be.
let shown = 0;
function bringIntoView(run) {
  if (!run.show || run.show === shown) return;
  shown = run.show;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  (document.querySelector(props.step) || root).scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

let drawn = "";
function draw() {
  const run = props.value || {};
  const now = JSON.stringify(run);
  if (now === drawn) return;
  drawn = now;
  root.classList.toggle("live", run.state === "running" || run.state === "waiting");
  parts.headline.className = "run-headline " + (run.state || "");
  parts.headline.textContent = run.headline || "";
  parts.bar.hidden = run.share === undefined || run.share === null;
  if (!parts.bar.hidden) parts.bar.value = run.share;
  parts.lines.replaceChildren(...(run.lines || []).map((line) => make("p", "run-line", line)));
  const [said, measured] = run.verdict || [];
  parts.verdict.hidden = !said;
  parts.verdict.replaceChildren(make("p", "run-said", said || ""), make("p", "run-line", measured || ""));
  parts.more.hidden = !(run.figures && run.figures.length);
  drawChart(run);
  drawFigures(run);
  drawSamples(run);
  bringIntoView(run);
}

root.append(...Object.values(parts));
watch("value", draw);
draw();
