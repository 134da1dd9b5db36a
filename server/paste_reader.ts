/**
 * Reading pastes from their table, the hot ones from memory.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import type { Codec } from "./codec.ts";
import { isExpired } from "./expiry.ts";
import { LruCache } from "./lru.ts";
import type { PasteRow, PasteTable } from "./paste_table.ts";
import { readableError } from "./paste_writer.ts";
import { StoredPaste } from "./stored_paste.ts";

/** What a {@linkcode PasteReader} is made of. */
export interface PasteReaderOptions {
  /** The table. */
  readonly table: PasteTable;
  /** Tells what has expired. */
  readonly clock: Clock;
  /** The most memory for hot pastes, in bytes. */
  readonly cacheBytes: number;
  /** Inflates. */
  readonly codec: Codec;
}

/** Reads pastes. */
export class PasteReader {
  readonly #options: PasteReaderOptions;
  /** Never a paste that is gone with its first reader, and nothing about ids that there are not. */
  readonly #hot: LruCache<StoredPaste>;

  /**
   * Makes a reader that has nothing in memory.
   *
   * @param options The table and its surroundings.
   */
  constructor(options: PasteReaderOptions) {
    this.#options = options;
    this.#hot = new LruCache(options.cacheBytes);
  }

  /**
   * Reads a paste.
   *
   * @param id An id of the right form.
   * @returns The paste; `null` when there is none, or its time is over.
   * @throws {PasteError} `database-busy` or `internal`.
   */
  get(id: string): StoredPaste | null {
    const hot = this.#hot.get(id);
    if (hot) {
      if (hot.facts.expiresAt === null || !isExpired(hot.facts.expiresAt, this.#options.clock.now())) return hot;
      this.#hot.delete(id);
      return null;
    }
    const paste = this.#read(id);
    if (paste && !paste.facts.burn) this.#hot.set(id, paste, paste.memoryBytes);
    return paste;
  }

  /**
   * Forgets what is in memory of a paste.
   *
   * @param id Its id.
   */
  forget(id: string): void {
    this.#hot.delete(id);
  }

  /**
   * Makes a paste of a row.
   *
   * @param row The row.
   * @returns The paste.
   * @throws {Error} When it is compressed in a way that nobody here knows.
   */
  toPaste({ id, creationTime, contents, name, coding, plainSize, expiresAtSeconds, burn }: PasteRow): StoredPaste {
    if (coding !== null && coding !== "zstd") {
      throw new Error(`Cannot read a paste as its coding must be "zstd": current value is "${coding}"`);
    }
    const createdAt = Date.parse(creationTime ?? "");
    const facts = {
      id,
      name,
      createdAt: Number.isNaN(createdAt) ? null : createdAt,
      expiresAt: expiresAtSeconds === null ? null : expiresAtSeconds * 1000,
      burn: burn === 1,
      size: plainSize ?? contents.byteLength,
    };
    return new StoredPaste(facts, { bytes: contents, coding }, this.#options.codec);
  }

  #read(id: string): StoredPaste | null {
    const { table, clock } = this.#options;
    try {
      const row = table.select(id, Math.floor(clock.now() / 1000));
      return row && this.toPaste(row);
    } catch (error) {
      throw readableError(error);
    }
  }
}
