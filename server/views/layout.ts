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
  /** Style sheets beside the common one. Default: none. */
  readonly styles?: readonly string[];
  /** The kind of page, for the style sheets. Default: an ordinary one. */
  readonly kind?: "viewer";
}

/** A page without its content. */
export interface Frame {
  /** Everything before the content. */
  readonly before: string;
  /** Everything after it. */
  readonly after: string;
}

/**
 * Makes the frame of a page whose content is too large to be put together in memory.
 *
 * @param options Title, path, script and styles.
 * @returns Both ends.
 */
export async function frame(options: LayoutOptions): Promise<Frame> {
  const { title, prefix, script, styles = [], kind } = options;
  const head = await html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${title}</title>
        <link rel="icon" type="image/svg+xml" href="${prefix}/static/favicon.svg">
        ${["style.css", ...styles].map((file) => html`<link rel="stylesheet" href="${prefix}/static/${file}">`)}
        <script src="${prefix}/static/preferences.js"></script>
        ${script === null ? "" : html`<script type="module" src="${prefix}/static/${script}"></script>`}
      </head>
      <body${kind === undefined ? "" : html`
        class="${kind}"
      `}>
  `;
  // The first script is no module on purpose: the theme is there before anything is painted.
  return { before: `${head.toString().trim()}\n`, after: "\n</body>\n</html>\n" };
}

/**
 * Puts a page together.
 *
 * @param content What stands in its body.
 * @param options Title, path, script and styles.
 * @returns The document.
 */
export async function layout(content: Markup, options: LayoutOptions): Promise<string> {
  const { before, after } = await frame(options);
  return `${before}${(await content).toString().trim()}${after}`;
}
