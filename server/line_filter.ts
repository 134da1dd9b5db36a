/**
 * Some of a paste's lines: `?lines=A-B`, `?grep=RE`, `?head=N`, `?tail=N`, applied in this order, like
 * `sed -n A,Bp | grep RE | head -n N | tail -n N`.
 *
 * A line ends with LF, which belongs to it; a CR before it does not count when a line is matched. Whatever is kept
 * keeps its bytes.
 *
 * @module
 */

import { PasteError } from "./errors.ts";

/** The most characters that all patterns may have together: what a pattern compiles to may be a thousand times that. */
const MAX_PATTERN_LENGTH = 200;

/** The most lines that can be asked for: more than any paste has. */
const MOST_LINES = 999_999_999;

const LF = 0x0a;
const CR = 0x0d;

/** Which lines are wanted. */
export interface LineFilter {
  /** The first line, counted from 1. */
  readonly first: number;
  /** The last line, inclusive; infinite for no end. */
  readonly last: number;
  /** Expressions that must all match. */
  readonly patterns: readonly string[];
  /** Of what is left, only so many from the front; infinite for all. */
  readonly head: number;
  /** Of what is left then, only so many from the end; infinite for all. */
  readonly tail: number;
}

/**
 * Reads which lines are wanted.
 *
 * @param url The request's URL.
 * @returns The filter; `null` when the query asks for none. Parameters of other names mean nothing.
 * @throws {PasteError} `bad-filter` when a parameter cannot be understood.
 */
export function parseLineFilter(url: string): LineFilter | null {
  const mark = url.indexOf("?");
  if (mark === -1) return null;
  const query = new URLSearchParams(url.slice(mark).replace(/#.*$/s, ""));
  const lines = single(query, "lines");
  const head = single(query, "head");
  const tail = single(query, "tail");
  const patterns = query.getAll("grep");
  if (lines === null && head === null && tail === null && patterns.length === 0) return null;
  checkPatterns(patterns);
  return {
    ...parseRange(lines ?? "1-"),
    patterns,
    head: head === null ? Infinity : parseCount("head", head),
    tail: tail === null ? Infinity : parseCount("tail", tail),
  };
}

/**
 * Makes the error for a filter that cannot be understood.
 *
 * @param what The parameter, and what is wrong with it.
 * @returns The error.
 */
export function badFilter(what: string): PasteError {
  return new PasteError("bad-filter", `Cannot filter by ${what}`);
}

/**
 * Picks lines, in time that grows with the number of bytes.
 *
 * @param bytes The paste.
 * @param filter Which lines are wanted.
 * @param matches Tells whether a line, without its end, matches all patterns.
 * @returns The lines, with their ends.
 */
export function filterLines(
  bytes: Uint8Array<ArrayBuffer>,
  filter: LineFilter,
  matches: (line: Uint8Array<ArrayBuffer>) => boolean = () => true,
): Uint8Array<ArrayBuffer> {
  const kept = new LineRing(filter.tail);
  let left = filter.head;
  let start = 0;
  for (let line = 1; start < bytes.length && line <= filter.last && left > 0; line++) {
    const end = endOfLine(bytes, start);
    if (line >= filter.first && matches(bytes.subarray(start, contentEnd(bytes, start, end)))) {
      kept.push(start, end);
      left--;
    }
    start = end;
  }
  return kept.join(bytes);
}

/** The last so many lines, by where they begin and end. */
class LineRing {
  readonly #size: number;
  #starts: number[] = [];
  #ends: number[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  push(start: number, end: number): void {
    if (this.#size === Infinity && this.#ends.at(-1) === start) {
      this.#ends[this.#ends.length - 1] = end; // nothing is dropped from the front, so neighbours may grow together
      return;
    }
    this.#starts.push(start);
    this.#ends.push(end);
    // Now and then, so that a line costs the same on average however many are kept.
    if (this.#starts.length > 2 * this.#size + 1024) this.#drop();
  }

  join(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    this.#drop();
    const result = new Uint8Array(this.#starts.reduce((sum, start, i) => sum + this.#end(i) - start, 0));
    let offset = 0;
    this.#starts.forEach((start, i) => {
      result.set(bytes.subarray(start, this.#end(i)), offset);
      offset += this.#end(i) - start;
    });
    return result;
  }

  #end(i: number): number {
    return this.#ends[i] ?? 0;
  }

  #drop(): void {
    if (this.#starts.length <= this.#size) return;
    this.#starts = this.#starts.slice(-this.#size);
    this.#ends = this.#ends.slice(-this.#size);
  }
}

/** A loop of our own: `indexOf` is no faster over lines of a few bytes, and such may be all there is. */
function endOfLine(bytes: Uint8Array, start: number): number {
  for (let i = start; i < bytes.length; i++) {
    if (bytes[i] === LF) return i + 1;
  }
  return bytes.length;
}

function contentEnd(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[end - 1] !== LF) return end;
  return end - 2 >= start && bytes[end - 2] === CR ? end - 2 : end - 1;
}

function single(query: URLSearchParams, name: string): string | null {
  const [value, ...more] = query.getAll(name);
  if (more.length > 0) throw badFilter(`${name} as it is given more than once: give it once`);
  return value ?? null;
}

function parseCount(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) {
    throw badFilter(
      `${name} as it must be a number of lines from 1 to ${MOST_LINES}: current value is ${quoted(text)}`,
    );
  }
  return Number(text);
}

function parseRange(text: string): { readonly first: number; readonly last: number } {
  const [, from = "", dash, to = ""] = /^(\d{0,9})(?:(-)(\d{0,9}))?$/.exec(text) ?? [];
  const first = from === "" ? 1 : Number(from);
  const last = dash === undefined ? first : to === "" ? Infinity : Number(to);
  if ((from === "" && to === "") || first < 1 || last < first) {
    throw badFilter(
      `lines as it must be a line or a range such as "5", "5-9", "5-" or "-9": current value is ${quoted(text)}`,
    );
  }
  return { first, last };
}

function checkPatterns(patterns: readonly string[]): void {
  if (patterns.includes("")) throw badFilter("grep as the pattern must not be empty");
  if (patterns.join("").length > MAX_PATTERN_LENGTH) {
    throw badFilter(`grep as all patterns together must have at most ${MAX_PATTERN_LENGTH} characters: shorten them`);
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 50 ? `${text.slice(0, 50)}…` : text);
}
