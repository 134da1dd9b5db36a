/**
 * The sheet of keyboard shortcuts that `?` opens.
 *
 * @module
 */

import { html } from "hono/html";
import type { Markup } from "./layout.ts";

/** What a key does. */
export interface Shortcut {
  /** The keys, one after another or each on its own. */
  readonly keys: readonly string[];
  /** What they do. */
  readonly does: string;
}

/** What every page knows. */
const EVERYWHERE: readonly Shortcut[] = [
  { keys: ["t"], does: "Light, dark or the system's theme" },
  { keys: ["?"], does: "This sheet" },
];

/** What the upload page knows. */
export const HOME_SHORTCUTS: readonly Shortcut[] = [
  { keys: ["Ctrl", "Enter"], does: "Upload" },
  { keys: ["o"], does: "Choose a file" },
  { keys: ["e"], does: "Write text" },
  { keys: ["c"], does: "Copy the new paste's link" },
  ...EVERYWHERE,
];

/** What the viewer knows. */
export const VIEWER_SHORTCUTS: readonly Shortcut[] = [
  { keys: ["/"], does: "Search" },
  { keys: ["n", "N"], does: "Next, previous match" },
  { keys: ["f"], does: "Only matching lines" },
  { keys: ["e", "E"], does: "Next, previous error" },
  { keys: ["g"], does: "Go to a line" },
  { keys: ["w"], does: "Wrap long lines" },
  { keys: ["j"], does: "Pretty JSON" },
  { keys: ["c"], does: "Copy the text, or the selected lines" },
  { keys: ["r"], does: "Raw" },
  { keys: ["Esc"], does: "Clear search and selection" },
  ...EVERYWHERE,
];

/**
 * Renders the sheet, closed.
 *
 * @param shortcuts What it lists.
 * @returns A dialog.
 */
export function shortcutSheet(shortcuts: readonly Shortcut[]): Markup {
  return html`
    <dialog id="shortcuts" aria-labelledby="shortcuts-title">
      <h2 id="shortcuts-title">Keyboard shortcuts</h2>
      <dl>
        ${shortcuts.map(({ keys, does }) =>
          html`
            <div>
              <dt>${keys.map((key) =>
                html`
                  <kbd>${key}</kbd>
                `
              )}</dt>
              <dd>${does}</dd>
            </div>
          `
        )}
      </dl>
      <form method="dialog"><button class="button">Close</button></form>
    </dialog>
  `;
}
