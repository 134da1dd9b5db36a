// Choices that are remembered: they stand on the root element, where the style sheets see them.

const root = document.documentElement;
const THEMES = ["system", "light", "dark"];

/** Remembers a choice as far as the browser lets us; null forgets it. */
export function remember(name, value) {
  if (value === null) delete root.dataset[name];
  else root.dataset[name] = value;
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
}

/** Makes a button go through the themes; gives the function that does it. */
export function wireTheme(button) {
  const current = () => root.dataset.theme ?? "system";
  const show = () => {
    button.title = `Theme: ${current()}`;
    button.setAttribute("aria-label", button.title);
  };
  const next = () => {
    const theme = THEMES[(THEMES.indexOf(current()) + 1) % THEMES.length];
    remember("theme", theme === "system" ? null : theme);
    show();
  };
  button.addEventListener("click", next);
  show();
  return next;
}
