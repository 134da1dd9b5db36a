/**
 * What all pages have around their content.
 *
 * @module
 */

import { html } from "hono/html";

/** The content of a page, escaped already. */
export type Markup = ReturnType<typeof html>;

/** What the frame needs. */
export interface LayoutOptions {
  /** The window's title. */
  readonly title: string;
  /** The path below which the site lies; usually empty. */
  readonly prefix: string;
  /** The page's script, a file in `static/`; `null` for none. */
  readonly script: string | null;
}

/**
 * Puts a page together.
 *
 * @param content What stands in its body.
 * @param options Title, path and script.
 * @returns The document.
 */
export async function layout(content: Markup, options: LayoutOptions): Promise<string> {
  const { title, prefix, script } = options;
  const page = await html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${title}</title>
        <link rel="icon" type="image/svg+xml" href="${prefix}/static/favicon.svg">
        <link rel="stylesheet" href="${prefix}/static/style.css">
        ${script === null ? "" : html`<script type="module" src="${prefix}/static/${script}"></script>`}
      </head>
      <body>
    ${content}
      </body>
    </html>
  `;
  return `${page.toString().trim()}\n`;
}
