/**
 * The page on which a browser shows a paste.
 *
 * @module
 */

import { html } from "hono/html";
import { languageOf } from "./file_kind.ts";
import { icon, type IconName } from "./icons.ts";
import { frame, type Markup } from "./layout.ts";
import { formatSize } from "../size.ts";
import { shortcutSheet, VIEWER_SHORTCUTS } from "./shortcuts.ts";
import { measureText, textBlocks, type TextFacts } from "./text_blocks.ts";

/** What the page shows. */
export interface PastePageOptions {
  /** The paste's id. */
  readonly id: string;
  /** The name of the file it came from; `null` when it had none. */
  readonly name: string | null;
  /** Its bytes. */
  readonly bytes: Uint8Array;
  /** When it was created, in milliseconds since 1970; `null` when that is not known. */
  readonly createdMs: number | null;
  /** When it expires, in milliseconds since 1970; `null` when it does not. */
  readonly expiresMs: number | null;
  /** The site's title. */
  readonly title: string;
  /** The path below which the site lies; usually empty. */
  readonly prefix: string;
}

/**
 * Renders the page piece by piece. Bytes that are not UTF-8 show as U+FFFD; the raw link leads to the true ones.
 *
 * @param options The paste and its surroundings.
 * @returns The document's pieces; the text is rendered while they are taken.
 */
export async function pastePage(options: PastePageOptions): Promise<Iterable<string>> {
  const { id, name, title, prefix, bytes } = options;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const facts = measureText(text);
  const language = languageOf(name);
  const { before, after } = await frame({
    title: `${name ?? id} · ${title}`,
    prefix,
    script: "viewer.js",
    styles: facts.colored ? ["viewer.css", "ansi.css"] : ["viewer.css"],
    kind: "viewer",
  });
  const header = await pageHeader(options, facts, language);
  const start = await contentStart(options, facts, language);
  const end = await contentEnd(options, facts);
  return pieces([before, header, start], textBlocks(text, { levels: language === null }), [end, after]);
}

function* pieces(
  before: readonly string[],
  blocks: Iterable<string>,
  after: readonly string[],
): Generator<string> {
  yield before.join("");
  yield* blocks;
  yield after.join("");
}

function pageHeader(options: PastePageOptions, facts: TextFacts, language: string | null): Markup {
  const { id, name, prefix, title } = options;
  const raw = `${prefix}/${id}/raw`;
  return html`
    <header class="bar">
      <div class="row">
        <a class="home" href="${prefix}/" title="${title}: new paste">${icon("brand")}<span>${title}</span></a>
        <h1 title="${name ?? id}">${name ?? id}</h1>
        <p class="facts">${factList(options, facts)}</p>
        <nav class="tools" aria-label="Paste">
          ${button("copy", "Copy", "Copy the text")}
          <a class="button" id="raw" href="${raw}">${icon("raw")}<span>Raw</span></a>
          <a class="button" id="download" href="${raw}" download="${name ?? `${id}.txt`}">
            ${icon("download")}<span>Download</span></a>
          <a class="button scripted" id="duplicate" href="${prefix}/?from=${id}">${icon(
            "duplicate",
          )}<span>Duplicate</span></a>
        </nav>
      </div>
      <div class="row scripted">
        <form id="search-form" class="search" role="search">
          <label class="hidden" for="search">Search in this paste</label>
          ${icon("search")}<input id="search" type="search" placeholder="Search" autocomplete="off" spellcheck="false"
            autocapitalize="off">
          <output id="match-count" for="search"></output>
          ${button("previous-match", "", "Previous match", "up")}
          ${button("next-match", "", "Next match", "down")}
          <button type="button" id="regex" class="toggle" aria-pressed="false" title="Regular expression"
            aria-label="Regular expression">.*</button>
        </form>
        <div class="tools" role="group" aria-label="View">
          ${toggle("filter", "Only matches", "Only matching lines")}
          <span class="errors"${language === null ? "" : " hidden"}>
            ${button("previous-error", "", "Previous error", "up")}
            <output id="errors">0 errors</output>
            ${button("next-error", "", "Next error", "down")}
          </span>
          ${toggle("wrap", "Wrap", "Wrap long lines")}
          ${toggle("json", "JSON", "Pretty JSON")}
        </div>
        <div class="tools end">
          ${button("theme", "", "Theme")}
          ${button("help", "", "Keyboard shortcuts")}
        </div>
      </div>
      <p id="notice" role="status"></p>
    </header>
  `;
}

function factList({ bytes, createdMs, expiresMs }: PastePageOptions, { lines }: TextFacts): Markup {
  const count = lines === 1 ? "1 line" : `${lines.toLocaleString("en")} lines`;
  return html`<span>${formatSize(bytes.byteLength)}</span> <span>${count}</span>${
    createdMs === null ? "" : html`
      ${moment("created", createdMs)}
    `
  }${
    expiresMs === null ? "" : html`
      ${moment("expires", expiresMs)}
    `
  }`;
}

function moment(what: "created" | "expires", ms: number): Markup {
  const iso = new Date(ms).toISOString();
  return html`<span>${what} <time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time></span>`;
}

function button(id: string, text: string, title: string, sign: IconName = id as IconName): Markup {
  return html`
    <button type="button" class="button scripted" id="${id}" title="${title}"
      aria-label="${text || title}">${icon(sign)}${text === "" ? "" : html`<span>${text}</span>`}</button>
  `;
}

function toggle(id: "filter" | "wrap" | "json", text: string, title: string): Markup {
  return html`
    <button type="button" class="button" id="${id}" aria-pressed="false"
      title="${title}">${icon(id)}<span>${text}</span></button>
  `;
}

function contentStart({ id, prefix }: PastePageOptions, facts: TextFacts, language: string | null): Markup {
  const digits = String(facts.shownLines).length;
  return html`
    <main id="paste" class="digits-${digits}" tabindex="0" aria-label="Content of the paste"
      data-raw="${prefix}/${id}/raw" ${language === null ? "" : html`
        data-language="${language}"
      `}>
      <div class="lines">
        <div class="ruler" aria-hidden="true">${"0".repeat(facts.width)}</div>
  `;
}

async function contentEnd({ id, prefix }: PastePageOptions, { lines, shownLines }: TextFacts): Promise<string> {
  const rest = lines > shownLines
    ? html`
      <p
        class="rest">The first ${shownLines.toLocaleString("en")} of ${lines.toLocaleString(
          "en",
        )} lines: <a href="${prefix}/${id}/raw">all of them, raw</a></p>
    `
    : "";
  const dialog = html`
    <dialog id="go-to" aria-labelledby="go-to-title">
      <form method="dialog">
        <label id="go-to-title" for="go-to-line">Line, or lines such as 5-9</label>
        <input id="go-to-line" inputmode="numeric" autocomplete="off" pattern=" *[0-9]+ *(- *[0-9]+ *)?" required>
        <button class="button primary">Go</button>
      </form>
    </dialog>
  `;
  return `</div>${await html`${rest}</main>${dialog}${shortcutSheet(VIEWER_SHORTCUTS)}`}`;
}
