/**
 * The content of a paste as HTML, block by block, so that a page of 100,000 lines begins to show at once and a browser
 * lays out only what is looked at.
 *
 * @module
 */

import { escapeLine } from "./escape.ts";
import { logLevelOf } from "./log_level.ts";
import { SgrRenderer, stripSequences } from "./sgr.ts";

/** How many lines a block has; the style sheet counts on it for the height of blocks that are not laid out yet. */
export const BLOCK_LINES = 200;

/** The most lines that a page shows: a browser cannot place anything below 33 million pixels. */
export const MAX_SHOWN_LINES = 200_000;

/** The most characters that a page shows. */
export const MAX_SHOWN_LENGTH = 32 * 1024 * 1024;

/** The widest that room is kept for, in characters; what is wider makes the page grow when it comes into view. */
export const MAX_RULER_LENGTH = 2_000;

/** A longer line is always wrapped: laid out in one piece it would take a browser seconds. */
const MAX_UNWRAPPED_LENGTH = 20_000;

const CLASSES = { error: "e", warning: "w", quiet: "q" } as const;

/** How a text is shown. */
export interface TextBlocksOptions {
  /** Whether lines are coloured by their level. */
  readonly levels: boolean;
}

/** What is known of a text before it is rendered. */
export interface TextFacts {
  /** How many lines it has. */
  readonly lines: number;
  /** How many of them are shown. */
  readonly shownLines: number;
  /** The length of the longest of those, in characters, at most {@linkcode MAX_RULER_LENGTH}. */
  readonly width: number;
  /** Whether escape sequences are in it. */
  readonly colored: boolean;
}

/**
 * Counts and measures.
 *
 * @param text The whole text.
 * @returns What was found.
 */
export function measureText(text: string): TextFacts {
  // A tab may be as wide as eight characters, so a line of them is looked at more closely.
  const mostColumns = text.includes("\t") ? 8 : 1;
  let [lines, shownLines, width] = [0, 0, 0];
  for (let start = 0; start < text.length;) {
    const end = endOfLine(text, start);
    if (isShown(++lines, end)) {
      shownLines++;
      const length = end - start;
      if (length * mostColumns > width && width < MAX_RULER_LENGTH && length <= MAX_UNWRAPPED_LENGTH) {
        width = Math.max(width, Math.min(columnsOf(lineOf(text, { start, end })), MAX_RULER_LENGTH));
      }
    }
    start = end + 1;
  }
  return { lines, shownLines, width, colored: text.includes("\x1b") };
}

/**
 * Renders a text.
 *
 * @param text The whole text.
 * @param options How it is shown.
 * @returns One `<pre>` for every {@linkcode BLOCK_LINES} lines, one after another.
 */
export function* textBlocks(text: string, options: TextBlocksOptions): Generator<string> {
  const renderer = text.includes("\x1b") ? new SgrRenderer() : null;
  let block = "";
  let number = 0;
  for (let start = 0; start < text.length;) {
    const end = endOfLine(text, start);
    if (!isShown(++number, end)) break;
    block += lineHtml(lineOf(text, { start, end }), { number, renderer, levels: options.levels });
    start = end + 1;
    if (number % BLOCK_LINES !== 0) continue;
    yield `<pre class="block">${block}</pre>\n`;
    block = "";
  }
  if (block !== "") yield `<pre class="block last">${block}</pre>\n`;
}

interface LineOptions extends TextBlocksOptions {
  readonly number: number;
  readonly renderer: SgrRenderer | null;
}

function lineHtml(line: string, { number, renderer, levels }: LineOptions): string {
  const html = renderer ? renderer.render(line) : escapeLine(line);
  const level = levels ? logLevelOf(renderer ? stripSequences(line) : line) : null;
  const classes = [level === null ? "" : CLASSES[level], line.length > MAX_UNWRAPPED_LENGTH ? "long" : ""];
  const attribute = classes.filter((name) => name !== "").join(" ");
  return `<span id=L${number} data-n=${number}${attribute === "" ? "" : ` class="${attribute}"`}>${html}\n</span>`;
}

/** Where the line ends that begins at a place: at its LF, or with the text. */
function endOfLine(text: string, start: number): number {
  const found = text.indexOf("\n", start);
  return found === -1 ? text.length : found;
}

function isShown(number: number, end: number): boolean {
  return number <= MAX_SHOWN_LINES && end <= MAX_SHOWN_LENGTH;
}

/** A line without the CR of a CRLF. */
function lineOf(text: string, { start, end }: { readonly start: number; readonly end: number }): string {
  return text.slice(start, end > start && text[end - 1] === "\r" ? end - 1 : end);
}

/** As wide as a browser shows it with tabs of eight columns. */
function columnsOf(line: string): number {
  const plain = stripSequences(line);
  if (!plain.includes("\t")) return plain.length;
  return plain.split("\t").slice(0, -1).reduce((sum, piece) => sum + 8 - piece.length % 8, 0) +
    plain.replaceAll("\t", "").length;
}
