// The settings of the search box, kept in the browser.

const KEY = "headline.options";

export class Settings {
  /** `fields` is the element that holds a field for each of `values`, by its name; `onChange(values, name)` hears of a change. */
  constructor(fields, values, onChange) {
    this.values = { ...values, ...stored() };
    for (const field of fields.querySelectorAll("[name]")) {
      show(field, this.values[field.name]);
      field.addEventListener("change", () => {
        this.values[field.name] = read(field, values[field.name]);
        this.#store();
        onChange(this.values, field.name);
      });
    }
  }

  #store() {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.values));
    } catch { /* storage is not allowed */ }
  }
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY) || "{}");
  } catch {
    return {}; // nothing stored, or storage is not allowed
  }
}

function show(field, value) {
  if (field.type === "checkbox") field.checked = value;
  else field.value = String(value);
}

/** A field's value, of the type that its default has. */
function read(field, like) {
  if (field.type === "checkbox") return field.checked;
  return typeof like === "number" ? Number(field.value) : field.value;
}
