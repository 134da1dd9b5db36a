// Keyboard shortcuts, and the sheet that lists them.

/**
 * Listens for single keys, except where text is typed.
 *
 * @param actions Functions by key, as `KeyboardEvent.key` has it; "?" is taken already.
 */
export function wireShortcuts(actions) {
  const sheet = document.querySelector("#shortcuts");
  const open = () => sheet.showModal();
  document.querySelector("#help").addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key !== "Escape" && isTyping(event.target)) return;
    const action = event.key === "?" ? open : actions[event.key];
    if (!action) return;
    if (action(event) !== false) event.preventDefault();
  });
}

function isTyping(target) {
  return target instanceof HTMLElement &&
    (target.matches("textarea, select, input:not([type=checkbox], [type=file])") || target.isContentEditable);
}
