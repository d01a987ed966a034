// Copies a text.

/** Whether a text could be copied: over plain http, where browsers have no `navigator.clipboard`, from a field. */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedFromField(text);
  }
}

function copiedFromField(text) {
  const field = document.createElement("textarea"), focused = document.activeElement;
  field.value = text;
  field.readOnly = true; // no keyboard comes up on a phone
  Object.assign(field.style, { position: "fixed", top: 0, opacity: 0 });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus({ preventScroll: true });
  return done;
}
