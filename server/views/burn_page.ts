/**
 * The page that stands before a paste which is gone with its first reader.
 *
 * @module
 */

import { html } from "hono/html";
import { layout } from "./layout.ts";

/** What the page shows. */
export interface BurnPageOptions {
  /** The paste's id. */
  readonly id: string;
  /** The path below which the site lies; usually empty. */
  readonly prefix: string;
  /** The site's title. */
  readonly title: string;
}

/**
 * Renders the page. Nothing but its button leads to the paste: what opens links on its own must not use it up.
 *
 * @param options The paste and its surroundings.
 * @returns The document.
 */
export function burnPage({ id, prefix, title }: BurnPageOptions): Promise<string> {
  const content = html`
    <main>
      <h1>This paste can be read once</h1>
      <p>It is deleted as soon as you open it.</p>
      <form method="get" action="${prefix}/${id}/raw">
        <button type="submit">Open it</button>
      </form>
    </main>
  `;
  return layout(content, { title: `Read once · ${title}`, prefix, script: null });
}
