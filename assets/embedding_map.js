// A map of words: dots in an SVG, and a list of the same words for keys and screen readers. Gradio runs this as the body
// of a function with element, props and watch. Data is only ever set as text.

import { make, shape } from "./elements.js";

const root = element.querySelector(".map");
const LETTER = 7, LINE = 15; // pixels of a name, about
const narrow = matchMedia("(max-width: 700px)");
let base = { points: [], share: 0, size: 0 }, typed = [], chosen = "";

const svg = shape("svg", { role: "img" }), about = make("p", "about"), said = make("div", "near");
const list = make("select"), label = make("label", "", "Word"), beside = make("div", "beside"), sides = make("div", "sides");
list.size = 8;
list.id = `${element.id || "map"}-words`;
label.htmlFor = list.id;
said.setAttribute("role", "status");
beside.append(label, list, said);
sides.append(svg, beside);

// The typed words first, then the others by letters; a typed word that is a frequent one too comes once.
function words() {
  const own = new Set(typed.map((point) => point.word));
  const others = base.points.filter((point) => !own.has(point.word));
  return [...typed.map((point) => ({ ...point, own: true })), ...others.sort((a, b) => a.word.localeCompare(b.word))];
}

function choose(word) {
  chosen = word;
  const point = words().find((each) => each.word === word);
  if (list.value !== word) list.value = word;
  for (const dot of svg.querySelectorAll("g.point")) dot.classList.toggle("chosen", dot.dataset.word === word);
  said.replaceChildren();
  if (!point) return;
  const near = make("ol");
  near.append(...point.near.map(([name, cosine]) => {
    const row = make("li");
    row.append(make("span", "name", name), " ", make("span", "figure", cosine.toFixed(2).replace("-", "−")));
    return row;
  }));
  said.append(make("p", "", `Nearest to “${point.word}”`), near);
}

function drawMap() {
  const [width, height] = narrow.matches ? [340, 380] : [560, 440];
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const all = words(), xs = all.map(({ x }) => x), ys = all.map(({ y }) => y);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  // One scale for both directions, so that distances can be compared.
  const room = 28, unit = Math.min((width - 2 * room) / (right - left || 1), (height - 2 * room) / (high - low || 1));
  const place = ({ x, y }) => [width / 2 + (x - (left + right) / 2) * unit, height / 2 - (y - (low + high) / 2) * unit];
  const taken = all.map((point) => place(point)).map(([x, y]) => [x - 3, y - 3, x + 3, y + 3]);
  const free = (box) => taken.every((other) => box[0] > other[2] || box[2] < other[0] || box[1] > other[3] || box[3] < other[1]);
  svg.replaceChildren(...all.map((point) => {
    const [x, y] = place(point);
    const group = shape("g", { class: point.own ? "point own" : "point" });
    group.dataset.word = point.word;
    const before = x + 6 + point.word.length * LETTER > width; // there is no room after the dot
    const text = shape("text", { x: before ? x - 6 : x + 6, y: y + 4, "text-anchor": before ? "end" : "start" });
    text.textContent = point.word;
    const long = point.word.length * LETTER, from = before ? x - 6 - long : x + 6;
    const box = [from, y - LINE / 2, from + long, y + LINE / 2];
    if (point.own || (from > 0 && free(box))) taken.push(box);
    else group.classList.add("unnamed"); // its name would cover another one; it is shown when the dot is chosen
    group.append(shape("circle", { cx: x, cy: y, r: 9, class: "reach" }), shape("circle", { cx: x, cy: y, r: point.own ? 5 : 3 }), text);
    return group;
  }));
  svg.setAttribute("aria-label", `Map of ${all.length} words; the list beside it has each with its nearest ones`);
}

function draw() {
  const value = props.value || {};
  if (value.points) base = value;
  typed = value.typed || [];
  root.hidden = !base.points.length;
  const all = words();
  about.textContent = `${base.points.length} frequent words and those that you typed, which are marked. The map shows the two `
    + `directions in which the words differ most, ${Math.round(base.share * 100)} % of all difference in ${base.size} dimensions. `
    + "The nearest words come from all dimensions, with the cosine of the angle between the two.";
  list.replaceChildren(...all.map((point) => {
    const option = make("option", "", point.own ? `${point.word} (typed)` : point.word);
    option.value = point.word;
    return option;
  }));
  drawMap();
  choose(all.some((point) => point.word === chosen) ? chosen : all[0]?.word || "");
}

const pointed = (event) => event.target.closest?.("g.point")?.dataset.word;
for (const kind of ["pointerover", "click"]) svg.addEventListener(kind, (event) => { if (pointed(event)) choose(pointed(event)); });
list.addEventListener("change", () => choose(list.value));
narrow.addEventListener("change", () => { drawMap(); choose(chosen); });
root.append(make("h2", "", "Map of the embedding"), about, sides);
watch("value", draw);
draw();
