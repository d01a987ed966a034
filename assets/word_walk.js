// One word at a time through the model. Gradio runs this as the body of a function with element, props and watch.
// Data is only ever set as text or as colours on a canvas.

import { make } from "./elements.js";

const root = element.querySelector(".walk");
let at = 0;

const number = (value) => value.toFixed(3).replace("-", "−");
function percent(share) {
  return share > 0 && share < 0.0005 ? "< 0.1 %" : `${(share * 100).toFixed(1)} %`;
}

// Blue below 0, orange above, and clear at 0, so that it reads on light and dark alike. `full` is the number that
// gets the full colour: strips of one kind share it and can be compared.
function strip({ name, cells, scale, least, most, mean }, full) {
  const bytes = Int8Array.from(atob(cells), (letter) => letter.charCodeAt(0));
  const canvas = make("canvas");
  canvas.width = bytes.length;
  canvas.height = 1;
  const pen = canvas.getContext("2d");
  bytes.forEach((value, i) => {
    const strength = Math.min(1, ((Math.abs(value) / 127) * scale) / full);
    pen.fillStyle = value < 0 ? `rgba(37, 119, 214, ${strength})` : `rgba(224, 108, 0, ${strength})`;
    pen.fillRect(i, 0, 1, 1);
  });
  const says = `from ${number(least)} to ${number(most)}, mean ${number(mean)}`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${name}: ${bytes.length} numbers ${says}`);
  const row = make("div", "strip"), label = make("p", "label");
  label.append(make("span", "name", name), make("span", "figure", says));
  label.setAttribute("aria-hidden", "true"); // the picture's name says the same
  row.append(label, canvas);
  return row;
}

function table(title, head, rows) {
  const made = make("table"), top = make("thead"), body = make("tbody"), line = make("tr");
  for (const name of head) {
    const cell = make("th", "", name);
    cell.scope = "col";
    line.append(cell);
  }
  top.append(line);
  body.append(...rows.map((row) => {
    const made = make("tr"), [first, ...rest] = row;
    const name = make("th", "", first);
    name.scope = "row";
    made.append(name, ...rest.map((text) => make("td", "", text)));
    return made;
  }));
  made.append(top, body);
  const scroll = make("div", "scroll");
  scroll.tabIndex = 0; // so that a wide table can be scrolled by keys
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", title);
  scroll.append(made);
  return scroll;
}

// Bars from 0 to 100 % in every row and at every word.
function bars(rows) {
  const list = make("ul", "bars");
  for (const [name, , , , share] of rows) {
    const row = make("li"), meter = make("span", "meter");
    meter.style.setProperty("--share", `${(share * 100).toFixed(2)}%`);
    meter.setAttribute("aria-hidden", "true");
    row.append(make("span", "name", name), meter, make("span", "figure", percent(share)));
    list.append(row);
  }
  return list;
}

const position = make("input"), before = make("button", "", "← Word before"), after = make("button", "", "Next word →");
const where = make("p", "where"), body = make("div", "steps");
position.type = "range";
position.min = "1";
position.setAttribute("aria-label", "Word of the headline");
before.type = after.type = "button";
where.setAttribute("role", "status");
const controls = make("div", "controls");
controls.append(before, position, after);

function go(to) {
  const steps = props.value?.steps || [];
  at = Math.max(0, Math.min(to, steps.length - 1));
  draw();
}

function draw() {
  const { steps = [], lstm_weight: weight, temperature, vocabulary, mogrifier, hints = {} } = props.value || {};
  controls.hidden = !steps.length;
  if (!steps.length) {
    where.textContent = "Type a word to see it go through the model.";
    body.replaceChildren();
    return;
  }
  const step = steps[at], said = `${step.word}, word ${at + 1} of ${steps.length}`;
  position.max = String(steps.length);
  position.value = String(at + 1);
  position.setAttribute("aria-valuetext", said);
  before.setAttribute("aria-disabled", String(at === 0));
  after.setAttribute("aria-disabled", String(at === steps.length - 1));
  where.textContent = said;
  const part = (title, about, ...shown) => [make("h3", "", title), make("p", "about", about), ...shown];
  const full = Math.max(...steps.map((each) => each.embedding.scale));
  const state = Math.max(...steps.map((each) => each.gates.find((gate) => gate.name === "cell state c").scale));
  const mixed = step.next.some((row) => row[3] !== null);
  const head = ["next word", "logit", "softmax", ...(mixed ? ["n-grams", "mixture"] : [])];
  const hinted = step.units.some(([unit]) => hints[unit]), known = Object.keys(hints).length;
  body.replaceChildren(
    ...part("1. Id", `The word’s row in the vocabulary of ${vocabulary.toLocaleString("en")}.`,
      make("p", "id", `${step.word} → ${step.id}`)),
    ...part("2. Embedding", "The id picks one row of learnt numbers. Blue is below 0, orange above."
      + (step.scaled ? ` Before the LSTM reads them, they and its hidden state h scale each other, ${mogrifier} times by turns (Mogrifier gates): so a word is read differently after other words.` : ""),
      strip({ name: "embedding", ...step.embedding }, full),
      ...(step.scaled ? [strip({ name: "as the LSTM reads it", ...step.scaled }, Math.max(full, ...steps.map((each) => each.scaled.scale)))] : [])),
    ...part("3. The LSTM reads it", "One stripe for each unit of the top layer. The forget gate says how much of the old cell state stays, "
      + "the input gate how much of the candidate comes in, the output gate how much of it shows as h.",
      ...step.gates.map((gate) => strip(gate, gate.name === "cell state c" ? state : 1))),
    ...part("4. Units that change most", "Their hidden state h before this word and after it."
      + (known ? ` Over the sample’s headlines, ${known} of all units go with something simple, at a correlation r of 0.4 or more; it is said where they are listed.` : ""),
      table("Units that change most", ["unit", "before", "after", "change", ...(hinted ? ["seems to be"] : [])],
        step.units.map(([unit, ...values]) => [String(unit), ...values.map(number), ...(hinted ? [hints[unit] || "–"] : [])]))),
    ...part("5. Logits, softmax and mixture", `A logit is a word’s score; softmax, at temperature ${temperature.toFixed(2)}, makes probabilities of the scores.`
      + (mixed ? ` The mixture is ${percent(weight)} softmax and ${percent(1 - weight)} n-grams.` : " This model has no n-grams."),
      table("Logits, softmax and mixture", head, step.next.map(([name, logit, softmax, ngram, mixture]) =>
        [name, number(logit), percent(softmax), ...(mixed ? [percent(ngram), percent(mixture)] : [])]))),
    ...part("6. The next word", "The same probabilities as bars from 0 to 100 %.", bars(step.next)),
  );
}

before.addEventListener("click", () => go(at - 1));
after.addEventListener("click", () => go(at + 1));
position.addEventListener("input", () => go(Number(position.value) - 1));
root.append(controls, where, body);
watch("value", () => go(at));
go(0);
