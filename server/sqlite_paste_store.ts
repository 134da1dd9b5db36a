/**
 * Pastes in SQLite: compressed where that helps, written in groups, the hot ones kept in memory.
 *
 * @module
 */

import type { Clock, Schedule } from "./clock.ts";
import { type Codec, inlineCodec } from "./codec.ts";
import { seemsCompressible } from "./compressible.ts";
import type { Database } from "./database.ts";
import { hashDeleteToken, isDeleteToken } from "./delete_token.ts";
import { messageWithCauses, PasteError } from "./errors.ts";
import { expiryAfter, formatInstant } from "./expiry.ts";
import { logEvent } from "./log.ts";
import type { NewPaste } from "./paste.ts";
import { formatPasteId } from "./paste_id.ts";
import type { DeleteOutcome, PasteStore, Receipt } from "./paste_store.ts";
import { PasteReader } from "./paste_reader.ts";
import { type PasteRow, PasteTable } from "./paste_table.ts";
import { PasteWriter } from "./paste_writer.ts";
import type { StorageQuota } from "./storage_quota.ts";
import type { StoredContent, StoredPaste } from "./stored_paste.ts";

/** Smaller pastes stay as they are: compressing them takes longer than writing the page that would be saved. */
const MIN_COMPRESSED_BYTES = 2048;

/** What a change without content counts for in its group, in bytes: about a page of SQLite's. */
const SMALL_CHANGE_BYTES = 4096;

/** The most pastes that one sweep deletes, and the most bytes unless a single one has more: it blocks this thread. */
const SWEEP_PASTES = 64;
const SWEEP_BYTES = 8 * 1024 * 1024;

/** What a {@linkcode SqlitePasteStore} is made of. */
export interface SqlitePasteStoreOptions {
  /** The open database, with the current schema. */
  readonly database: Database;
  /** Tells the time of creation, and what has expired. */
  readonly clock: Clock;
  /** The random characters of an id. */
  readonly randomId: () => string;
  /** A token that nobody can guess. */
  readonly randomToken: () => string;
  /** Called right after every commit, in the same turn of the event loop. */
  readonly committed: () => void;
  /** Counts what is stored. */
  readonly quota: StorageQuota;
  /** Resolves when everything committed so far is as durable as the operator asked; told how many wait. */
  readonly durable: (waiting: number) => Promise<void>;
  /** The most memory for hot pastes, in bytes. */
  readonly cacheBytes: number;
  /** Compresses. Default: on this thread. */
  readonly codec?: Codec;
  /** When the next group is committed. Default: when the events already waiting have been handled. */
  readonly schedule?: Schedule;
}

/** Keeps pastes in the table `entries`. */
export class SqlitePasteStore implements PasteStore {
  readonly #options: SqlitePasteStoreOptions;
  readonly #codec: Codec;
  readonly #table: PasteTable;
  readonly #writer: PasteWriter;
  readonly #reader: PasteReader;

  /**
   * Takes over a database.
   *
   * @param options The database and its surroundings.
   */
  constructor(options: SqlitePasteStoreOptions) {
    this.#options = options;
    this.#codec = options.codec ?? inlineCodec;
    this.#table = new PasteTable(options.database);
    this.#writer = new PasteWriter({ ...options, table: this.#table });
    this.#reader = new PasteReader({ ...options, table: this.#table, codec: this.#codec });
  }

  /** See {@linkcode PasteStore.put}. */
  async put(paste: NewPaste): Promise<Receipt> {
    const { clock, randomId, randomToken } = this.#options;
    const plainSize = paste.bytes.byteLength;
    const content = plainSize < MIN_COMPRESSED_BYTES ? asIs(paste) : await this.#compress(paste);
    const deleteToken = randomToken();
    const deleteHash = hashDeleteToken(deleteToken);
    return await this.#writer.insert(content.bytes.byteLength, () => {
      const now = clock.now();
      const id = formatPasteId(now, randomId());
      const expiresAt = expiryAfter(now, paste.expiresInMs);
      const row: PasteRow = {
        id,
        creationTime: formatInstant(now),
        contents: content.bytes,
        name: paste.name,
        coding: content.coding,
        plainSize: content.coding === null ? null : plainSize,
        expiresAtSeconds: expiresAt === null ? null : expiresAt / 1000,
        burn: paste.burn ? 1 : null,
        deleteHash,
      };
      return { row, value: { id, deleteToken, expiresAt } };
    });
  }

  /** See {@linkcode PasteStore.get}. */
  get(id: string): StoredPaste | null {
    return this.#reader.get(id);
  }

  /** See {@linkcode PasteStore.take}. */
  async take(id: string): Promise<StoredPaste | null> {
    const row = await this.#writer.change(SMALL_CHANGE_BYTES, () => {
      const value = this.#table.take(id, this.#nowSeconds());
      return { value, effect: value ? "written" : "nothing", freedBytes: value?.contents.byteLength ?? 0 };
    });
    if (!row) return null;
    try {
      await this.#options.durable(1);
    } catch (error) {
      // A restore could bring it back, so it must not be handed out; nobody has seen it, so it may as well stay.
      await this.#writer.change(row.contents.byteLength, () => {
        this.#table.insert([row]);
        return { value: undefined, effect: "written" };
      });
      this.#options.quota.restored(row.contents.byteLength);
      throw error;
    }
    return this.#reader.toPaste(row);
  }

  /** See {@linkcode PasteStore.delete}. */
  delete(id: string, token: string): Promise<DeleteOutcome> {
    return this.#writer.change<DeleteOutcome>(SMALL_CHANGE_BYTES, () => {
      const found = this.#table.findDeletable(id, this.#nowSeconds());
      if (!found) return { value: "missing", effect: "nothing" };
      if (!isDeleteToken(token, found.deleteHash)) return { value: "forbidden", effect: "nothing" };
      return { value: "deleted", effect: "durable", freedBytes: this.#remove(id) };
    });
  }

  /**
   * Deletes a batch of pastes whose time is over. They are out of sight already, so nobody waits for its durability.
   *
   * @returns How many; 0 when none is left.
   * @throws {PasteError} When the database refuses, or `overloaded`.
   */
  async sweep(): Promise<number> {
    if (this.#table.findExpired(this.#nowSeconds(), 1).length === 0) return 0;
    return await this.#writer.change(SWEEP_BYTES, () => {
      const expired = this.#table.findExpired(this.#nowSeconds(), SWEEP_PASTES);
      let bytes = 0;
      let count = 0;
      for (const row of expired) {
        if (count > 0 && bytes + row.bytes > SWEEP_BYTES) break;
        bytes += this.#remove(row.id);
        count++;
      }
      return { value: count, effect: count > 0 ? "written" : "nothing", freedBytes: bytes };
    });
  }

  /** From now on no commit begins, until {@linkcode release}. Reads go on. */
  hold(): void {
    this.#writer.hold();
  }

  /** Lets commits begin again. */
  release(): void {
    this.#writer.release();
  }

  /**
   * Waits until everything that was handed in has been committed or refused.
   *
   * @returns Resolves then; never while held with changes waiting.
   */
  idle(): Promise<void> {
    return this.#writer.idle();
  }

  #nowSeconds(): number {
    return Math.floor(this.#options.clock.now() / 1000);
  }

  /** Should the group fail after this, the paste is read again from the database: no harm. */
  #remove(id: string): number {
    this.#reader.forget(id);
    return this.#table.remove(id);
  }

  async #compress(paste: NewPaste): Promise<StoredContent> {
    const { bytes } = paste;
    if (!seemsCompressible(bytes)) return asIs(paste);
    try {
      const result = await this.#codec.run({ kind: "compress", bytes });
      if ("failure" in result) throw new Error(result.reason);
      return { bytes: result.bytes, coding: result.coding ?? null };
    } catch (cause) {
      if (cause instanceof PasteError) throw cause;
      if (bytes.byteLength > 0) {
        logEvent("warning", "Paste not compressed", { error: messageWithCauses(cause) });
        return asIs(paste);
      }
      // The thread has died with them.
      throw new PasteError("internal", "Cannot store the paste as compressing it failed: try again", { cause });
    }
  }
}

function asIs({ bytes }: NewPaste): StoredContent {
  return { bytes, coding: null };
}
