/**
 * The page on which a browser shows a paste.
 *
 * @module
 */

import { format } from "@std/fmt/bytes";
import { html } from "hono/html";
import { layout } from "./layout.ts";

/** What the page shows. */
export interface PastePageOptions {
  /** The paste's id. */
  readonly id: string;
  /** The name of the file it came from; `null` when it had none. */
  readonly name: string | null;
  /** Its bytes. */
  readonly bytes: Uint8Array;
  /** The site's title. */
  readonly title: string;
  /** The path below which the site lies; usually empty. */
  readonly prefix: string;
}

/**
 * Renders the page. Bytes that are not UTF-8 show as U+FFFD; the raw link leads to the true ones.
 *
 * @param options The paste and its surroundings.
 * @returns The document.
 */
export function pastePage(options: PastePageOptions): Promise<string> {
  const { id, name, bytes, title, prefix } = options;
  const text = new TextDecoder().decode(bytes);
  const heading = name ?? id;
  const size: string = format(bytes.byteLength, { binary: true });
  const content = html`
    <header class="viewer">
      <h1>${heading}</h1>
      <nav aria-label="Paste">
        <span>${size}</span>
        <a id="raw" href="${prefix}/${id}/raw">Raw</a>
        <a href="${prefix}/">${title}</a>
      </nav>
    </header>
    <main class="viewer">
      <pre id="paste" tabindex="0" aria-label="Content of the paste">${"\n"}${text}</pre>
    </main>
  `;
  // The line break after <pre> is the one that HTML drops, so that one of the paste's own is not.
  return layout(content, { title: `${heading} · ${title}`, prefix, script: null });
}
