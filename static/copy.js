// Text to the clipboard.

/** Copies a text; resolves to whether that worked. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not over plain HTTP, and not without permission: the old way may still do.
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "hidden";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return copied;
}

/** Says on a button for a moment what it has done. */
export function confirmOn(button, words) {
  const label = button.querySelector("span");
  button.dataset.words ??= label.textContent;
  label.textContent = words;
  clearTimeout(Number(button.dataset.timer));
  button.dataset.timer = String(setTimeout(() => label.textContent = button.dataset.words, 1500));
}
