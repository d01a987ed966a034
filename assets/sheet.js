// Sections of words, tables and bars. Gradio runs this as the body of a function with element, props and
// watch. Data is only ever set as text.

import { make } from "./elements.js";

const root = element.querySelector(".sheet");

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

// Bars from 0 to 100 %: one scale wherever there are bars.
function bars(section) {
  const list = make("ul", "bars");
  for (const [name, share] of section.bars) {
    const row = make("li"), meter = make("span", "meter");
    meter.style.setProperty("--share", `${(share * 100).toFixed(2)}%`);
    meter.setAttribute("aria-hidden", "true");
    row.append(make("span", "name", name), meter, make("span", "figure", `${(share * 100).toFixed(1)} %`));
    list.append(row);
  }
  return list;
}

// Buttons that lead to the steps below, each with its number.
function index(groups) {
  const nav = make("nav", "index"), list = make("ol");
  nav.setAttribute("aria-label", "Steps");
  groups.flatMap((group) => group.sections).forEach((section, place) => {
    const item = make("li"), button = make("button", "", `${place + 1}. ${section.title}`);
    button.type = "button";
    button.addEventListener("click", () => {
      const title = root.querySelectorAll("h3")[place];
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      title.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
      title.focus({ preventScroll: true });
    });
    item.append(button);
    list.append(item);
  });
  nav.append(list);
  return nav;
}

function draw() {
  const indexed = props.value?.index;
  let place = 0;
  const parts = (props.value?.groups || []).map((group) => {
    const column = make("section", "group");
    column.append(make("h2", "", group.title));
    for (const section of group.sections) {
      const title = make("h3", "", indexed ? `${++place}. ${section.title}` : section.title);
      title.tabIndex = -1; // so that the index can lead there
      column.append(title, make("p", "about", section.about));
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
  if (indexed && parts.length) parts.unshift(index(props.value.groups));
  root.replaceChildren(...parts);
}

watch("value", draw);
draw();
