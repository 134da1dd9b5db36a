/**
 * How much the database may hold altogether.
 *
 * @module
 */

import { PasteError } from "./errors.ts";
import { formatSize } from "./size.ts";

/**
 * Counts what is stored, as the sum of what SQLite keeps of the pastes. `octet_length` reads a row's header only, so
 * that no content is loaded.
 */
export const STORED_BYTES_SQL = "SELECT coalesce(sum(octet_length(contents)), 0) AS bytes FROM entries";

/**
 * A bound on the sum of all pastes. It is counted along: whoever stores says what came and went, and what waits to be
 * stored counts already, so that many uploads at once do not pass it together.
 */
export class StorageQuota {
  readonly #maxBytes: number | null;
  #usedBytes: number;

  /**
   * Begins to count.
   *
   * @param maxBytes The most bytes; `null` for no bound.
   * @param storedBytes What is stored already.
   */
  constructor(maxBytes: number | null, storedBytes: number) {
    this.#maxBytes = maxBytes;
    this.#usedBytes = storedBytes;
  }

  /** What is stored, and what waits to be. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /**
   * Counts a paste before it is stored. Whoever does not store it after all says so by {@linkcode removed}.
   *
   * @param bytes How much it takes.
   * @throws {PasteError} `quota-exceeded` when there is no room for it.
   */
  added(bytes: number): void {
    if (this.#maxBytes !== null && this.#usedBytes + bytes > this.#maxBytes) throw exceeded(this.#maxBytes);
    this.#usedBytes += bytes;
  }

  /**
   * Counts what is back where it was: it had its room before, so nobody is asked.
   *
   * @param bytes How much it takes.
   */
  restored(bytes: number): void {
    this.#usedBytes += bytes;
  }

  /**
   * Gives back what is stored no more, or was never stored.
   *
   * @param bytes How much it took.
   */
  removed(bytes: number): void {
    this.#usedBytes = Math.max(0, this.#usedBytes - bytes);
  }
}

function exceeded(maxBytes: number): PasteError {
  return new PasteError(
    "quota-exceeded",
    `Cannot store the paste as all pastes together may take ${maxBytes} bytes (${formatSize(maxBytes)}): ` +
      "delete some, let them expire, or ask the operator for room",
  );
}
