// Sections of words, tables and bars. Gradio runs this as the body of a function with element, props and
// watch. Data is only ever set as text.
const root = element.querySelector(".sheet");

function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) {
    made.textContent = text;
    made.dir = "auto"; // by its first letter
  }
  return made;
}

function table(section) {
  const made = make("table"), head = make("tr"), body = make("tbody");
  for (const name of section.head) {
    const cell = make("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  for (const row of section.rows) {
    const line = make("tr");
    line.append(...row.map((text) => make("td", "", text)));
    body.append(line);
  }
  const top = make("thead");
  top.append(head);
  made.append(top, body);
  const scroll = make("div", "scroll");
  scroll.tabIndex = 0; // so that a wide table can be scrolled by keys
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", section.title);
  scroll.append(made);
  return scroll;
}

function bars(section) {
  const list = make("ul", "bars");
  const most = Math.max(...section.bars.map(([, share]) => share));
  for (const [name, share] of section.bars) {
    const row = make("li"), meter = make("span", "meter");
    meter.style.setProperty("--share", `${((share / most) * 100).toFixed(1)}%`);
    meter.setAttribute("aria-hidden", "true");
    row.append(make("span", "name", name), meter, make("span", "figure", `${(share * 100).toFixed(1)} %`));
    list.append(row);
  }
  return list;
}

function draw() {
  const parts = (props.value?.groups || []).map((group) => {
    const column = make("section", "group");
    column.append(make("h2", "", group.title));
    for (const section of group.sections) {
      column.append(make("h3", "", section.title), make("p", "about", section.about));
      if (section.words.length) {
        const line = make("p", "chips");
        line.append(...section.words.map((word) => make("span", "chip", word)));
        column.append(line);
      }
      if (section.rows.length) column.append(table(section));
      if (section.bars.length) column.append(bars(section));
    }
    return column;
  });
  root.replaceChildren(...parts);
}

watch("value", draw);
draw();
