/**
 * The page before a paste that is deleted by being read: looking at this page does not read it.
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
 * Renders the page.
 *
 * @param options The paste and its surroundings.
 * @returns The document.
 */
export function burnPage({ id, prefix, title }: BurnPageOptions): Promise<string> {
  const content = html`
    <main class="notice">
      <h1>This paste can be read once</h1>
      <p>Whoever reads it first deletes it, for everybody. Save what you need from the next page: it cannot be loaded again.</p>
      <form method="get" action="${prefix}/${id}/raw">
        <button id="burn" class="button primary">Read and delete</button>
        <a class="button" href="${prefix}/">Leave it</a>
      </form>
    </main>
  `;
  return layout(content, { title: `Read once · ${title}`, prefix, script: null });
}
