// Runs before anything is painted, and so is no module: what was chosen on an earlier visit holds from the first frame.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const chosen = (name, values) => {
    try {
      const value = localStorage.getItem(name);
      if (values.includes(value)) root.dataset[name] = value;
    } catch {
      // Storage is switched off: the defaults hold.
    }
  };
  chosen("theme", ["light", "dark"]);
  chosen("wrap", ["on", "off"]);
})();
