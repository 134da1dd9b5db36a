/**
 * What a browser is shown when something went wrong.
 *
 * @module
 */

import { html } from "hono/html";
import { layout } from "./layout.ts";

/** What the page shows. */
export interface ErrorPageOptions {
  /** The HTTP status. */
  readonly status: number;
  /** One line: what cannot be done, why, and the remedy. */
  readonly message: string;
  /** The path below which the site lies; usually empty. */
  readonly prefix: string;
  /** The site's title. */
  readonly title: string;
}

/**
 * Renders the page.
 *
 * @param options What went wrong, and the page's surroundings.
 * @returns The document.
 */
export function errorPage({ status, message, prefix, title }: ErrorPageOptions): Promise<string> {
  const heading = status === 404 ? "Nothing is here" : "That did not work";
  const content = html`
    <main class="notice">
      <h1>${heading}</h1>
      <p id="problem">${message}</p>
      <p><a class="button" href="${prefix}/">Upload page</a></p>
    </main>
  `;
  return layout(content, { title: `${heading} · ${title}`, prefix, script: null });
}
