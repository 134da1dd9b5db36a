/**
 * Pastes of a database that another instance still writes: they may be read, and nothing else.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import type { Codec } from "./codec.ts";
import { Database } from "./database.ts";
import { PasteError } from "./errors.ts";
import { PasteReader } from "./paste_reader.ts";
import type { DeleteOutcome, PasteStore, Receipt } from "./paste_store.ts";
import { PasteTable } from "./paste_table.ts";
import { isCurrent } from "./schema.ts";
import type { StoredPaste } from "./stored_paste.ts";

/** What a {@linkcode ReadOnlyStore} is made of. */
export interface ReadOnlyStoreOptions {
  /** Tells what has expired. */
  readonly clock: Clock;
  /** The most memory for hot pastes, in bytes. */
  readonly cacheBytes: number;
  /** Inflates. */
  readonly codec: Codec;
}

/**
 * Makes the error for whatever writes while another instance still does.
 *
 * @returns The error.
 */
export function waiting(): PasteError {
  return new PasteError("waiting", "Cannot write as another instance is still writing: try again in a few seconds");
}

/** Reads pastes, and refuses to change any. */
export class ReadOnlyStore implements PasteStore {
  readonly #database: Database;
  readonly #reader: PasteReader;

  private constructor(database: Database, options: ReadOnlyStoreOptions) {
    this.#database = database;
    this.#reader = new PasteReader({ ...options, table: new PasteTable(database) });
  }

  /**
   * Opens a database. It is not changed, and no file is made beside it unless it has a WAL.
   *
   * @param path The file.
   * @param options What reading needs.
   * @returns The store; `null` when the database would have to be migrated first.
   * @throws {DatabaseError} When it cannot be opened.
   */
  static open(path: string, options: ReadOnlyStoreOptions): ReadOnlyStore | null {
    const database = Database.openForReading(path);
    try {
      if (isCurrent(database)) return new ReadOnlyStore(database, options);
    } catch (error) {
      database.close();
      throw error;
    }
    database.close();
    return null;
  }

  /** See {@linkcode PasteStore.get}. */
  get(id: string): StoredPaste | null {
    return this.#reader.get(id);
  }

  /** Refuses: see {@linkcode waiting}. */
  put(): Promise<Receipt> {
    return Promise.reject(waiting());
  }

  /** Refuses: see {@linkcode waiting}. */
  take(): Promise<StoredPaste | null> {
    return Promise.reject(waiting());
  }

  /** Refuses: see {@linkcode waiting}. */
  delete(): Promise<DeleteOutcome> {
    return Promise.reject(waiting());
  }

  /** Closes the file, so that another may take its place. Nothing can be read any more. */
  close(): void {
    this.#database.close();
  }
}
