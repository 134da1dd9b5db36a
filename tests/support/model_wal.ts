/**
 * A WAL without SQLite: its frames are lines.
 *
 * @module
 */

import type { CapturedWal } from "../../replicate/sync.ts";
import type { WalHeader } from "../../replicate/wal/header.ts";

/** A WAL of lines, and how far it was captured. */
export class ModelWal implements CapturedWal {
  readonly header: WalHeader = {
    byteOrder: "little-endian",
    pageBytes: 512,
    sequence: 0,
    salt: { salt1: 0, salt2: 0 },
    checksum: { s0: 0, s1: 0 },
  };
  #text = "";
  #offset = 0;

  /** All lines. */
  get text(): string {
    return this.#text;
  }

  /** The next byte to capture. */
  get offset(): number {
    return this.#offset;
  }

  /** What is not captured yet. */
  get behindBytes(): number {
    return this.#text.length - this.#offset;
  }

  /** Adds a line, which has its end. */
  append(line: string): void {
    this.#text += line;
  }

  /** Captures all that there is. */
  next(): ReturnType<CapturedWal["next"]> {
    const offset = this.#offset;
    if (offset === this.#text.length) return Promise.resolve(null);
    this.#offset = this.#text.length;
    const bytes = new TextEncoder().encode(this.#text.slice(offset));
    return Promise.resolve({ offset, bytes, reachedEnd: true });
  }

  /** Where it ends. */
  findEnd(): Promise<number> {
    return Promise.resolve(this.#text.length);
  }
}
