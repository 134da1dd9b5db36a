/**
 * The colours of terminals as classes: "Select Graphic Rendition" of ECMA-48, with xterm's 256 colours and true colour.
 *
 * A style attribute is what our own content policy forbids, so true colours become the nearest of the 256. All other
 * escape sequences (cursor movement, titles, links) are left out of what is shown; the raw paste has them.
 *
 * @module
 */

import { escapeLine } from "./escape.ts";
import { isReadable, nearestColor } from "./palette.ts";

/** A complete escape sequence: a control sequence, an operating system command, a character set, a single function. */
const SEQUENCE =
  // deno-lint-ignore no-control-regex -- escape sequences begin with a control character
  /\x1b(?:\[([0-9;:]*)(m)|\[[0-9;:<=>?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()*+][\x20-\x7e]|[=>78DEHMNOZc])/g;

/** The attributes that are on or off, by the number that switches them on. */
const ATTRIBUTES: Readonly<Record<number, string>> = { 1: "sb", 2: "sf", 3: "si", 4: "su", 7: "sr", 9: "ss" };

/** What switches attributes off, by number. */
const RESETS: Readonly<Record<number, readonly number[]>> = {
  21: [1],
  22: [1, 2],
  23: [3],
  24: [4],
  27: [7],
  29: [9],
};

/**
 * Takes the escape sequences out of a text.
 *
 * @param text Any text.
 * @returns The text without complete escape sequences.
 */
export function stripSequences(text: string): string {
  return text.includes("\x1b") ? text.replace(SEQUENCE, "") : text;
}

/** Renders lines one after another: a colour lasts until it is changed, beyond the end of a line too. */
export class SgrRenderer {
  readonly #attributes = new Set<number>();
  #text: number | null = null;
  #paper: number | null = null;

  /**
   * Renders the next line.
   *
   * @param line The line, without its line break.
   * @returns HTML, in which every element that was opened is closed.
   */
  render(line: string): string {
    if (!line.includes("\x1b")) return this.#wrap(line);
    let html = "";
    let from = 0;
    for (const match of line.matchAll(SEQUENCE)) {
      html += this.#wrap(line.slice(from, match.index));
      if (match[2] === "m") this.#select(match[1] ?? "");
      from = match.index + match[0].length;
    }
    return html + this.#wrap(line.slice(from));
  }

  #wrap(text: string): string {
    if (text === "") return "";
    const classes = this.#classes();
    return classes === "" ? escapeLine(text) : `<span class="${classes}">${escapeLine(text)}</span>`;
  }

  #classes(): string {
    const classes = [...this.#attributes].map((number) => ATTRIBUTES[number] ?? "");
    const reversed = this.#attributes.has(7);
    const [text, paper] = reversed ? [this.#paper, this.#text] : [this.#text, this.#paper];
    if (paper !== null) {
      classes.push(`b${paper}`);
      if (text !== null && isReadable(text, paper)) classes.push(`g${text}`);
    } else if (text !== null && !reversed) {
      classes.push(`f${text}`);
    }
    return classes.join(" ");
  }

  #select(parameters: string): void {
    // With colons a colour is one parameter and its parts are subparameters (ITU-T T.416); one may be empty.
    const numbers = parameters.replace(/([34]8:2):\d*:(?=\d+:\d+:\d+)/g, "$1:").split(/[;:]/).map(Number);
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i] ?? 0;
      if (number === 38 || number === 48) i += this.#selectColor(number, numbers.slice(i + 1, i + 5));
      else this.#selectOne(number);
    }
  }

  #selectOne(number: number): void {
    if (number === 0) {
      this.#attributes.clear();
      this.#text = this.#paper = null;
    } else if (number in ATTRIBUTES) this.#attributes.add(number);
    else if (number in RESETS) RESETS[number]?.forEach((attribute) => this.#attributes.delete(attribute));
    else if (number >= 30 && number <= 37) this.#text = number - 30;
    else if (number === 39) this.#text = null;
    else if (number >= 40 && number <= 47) this.#paper = number - 40;
    else if (number === 49) this.#paper = null;
    else if (number >= 90 && number <= 97) this.#text = number - 90 + 8;
    else if (number >= 100 && number <= 107) this.#paper = number - 100 + 8;
  }

  /** Returns how many of the numbers belong to the colour. */
  #selectColor(kind: 38 | 48, numbers: readonly number[]): number {
    const [form, first = 0, second = 0, third = 0] = numbers;
    const byte = (value: number): number => Math.min(Math.max(value, 0), 255);
    const color = form === 5
      ? byte(first)
      : form === 2
      ? nearestColor([byte(first), byte(second), byte(third)])
      : undefined;
    if (color === undefined) return 1;
    if (kind === 38) this.#text = color;
    else this.#paper = color;
    return form === 5 ? 2 : 4;
  }
}
