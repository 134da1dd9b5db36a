/**
 * Pastes in SQLite, written in groups.
 *
 * @module
 */

import type { Clock, Schedule } from "./clock.ts";
import { type Database, DatabaseError, type SqlValue } from "./database.ts";
import { PasteError } from "./errors.ts";
import { GroupCommit, type Outcome } from "./group_commit.ts";
import type { NewPaste } from "./paste.ts";
import { formatPasteId } from "./paste_id.ts";
import type { PasteStore, StoredPaste } from "./paste_store.ts";
import type { StorageQuota } from "./storage_quota.ts";

/** The most pastes in one commit. */
const MAX_GROUP_PASTES = 256;

/** The most bytes in one commit, so that one of them does not block this thread for long. */
const MAX_GROUP_BYTES = 8 * 1024 * 1024;

/** The most bytes of pastes that may wait for a commit, while it is held or the disk is slow. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

/** How many ids are tried for one paste; with fresh randomness each time, a second clash does not happen. */
const MAX_ID_TRIES = 5;

// CAST: LogPaste stored text, which may hold NUL and invalid UTF-8; as a blob its bytes come out unchanged.
const SELECT = "SELECT CAST(contents AS BLOB) AS contents, name FROM entries WHERE id = ?";

/** What a {@linkcode SqlitePasteStore} is made of. */
export interface SqlitePasteStoreOptions {
  /** The open database, with the current schema. */
  readonly database: Database;
  /** Tells the time of creation. */
  readonly clock: Clock;
  /** The random characters of an id. */
  readonly randomId: () => string;
  /** Called right after every commit, in the same turn of the event loop. */
  readonly committed: () => void;
  /** Counts what is stored. */
  readonly quota: StorageQuota;
  /** Resolves when everything committed so far is as durable as the operator asked. */
  readonly durable: () => Promise<void>;
  /** When the next group is committed. Default: when the events already waiting have been handled. */
  readonly schedule?: Schedule;
}

/** Keeps pastes in the table `entries`. */
export class SqlitePasteStore implements PasteStore {
  readonly #options: SqlitePasteStoreOptions;
  readonly #queue: GroupCommit<NewPaste, string>;

  /**
   * Takes over a database.
   *
   * @param options The database and its surroundings.
   */
  constructor(options: SqlitePasteStoreOptions) {
    this.#options = options;
    this.#queue = new GroupCommit<NewPaste, string>({
      commit: (pastes) => this.#commitCounted(pastes),
      sizeOf,
      maxItems: MAX_GROUP_PASTES,
      maxBytes: MAX_GROUP_BYTES,
      maxQueuedBytes: MAX_QUEUED_BYTES,
      ...(options.schedule ? { schedule: options.schedule } : {}),
    });
  }

  /** See {@linkcode PasteStore.put}. */
  put(paste: NewPaste): Promise<string> {
    const bytes = sizeOf(paste);
    this.#options.quota.added(bytes);
    try {
      return this.#queue.submit(paste);
    } catch (error) {
      this.#options.quota.removed(bytes);
      throw error;
    }
  }

  /** See {@linkcode PasteStore.get}. */
  async get(id: string): Promise<StoredPaste | null> {
    let row;
    try {
      [row] = await this.#options.database.query(SELECT, [id]);
    } catch (error) {
      throw readableError(error, "read");
    }
    const contents = row?.["contents"];
    if (!(contents instanceof ArrayBuffer)) return null;
    const name = row?.["name"];
    return { bytes: new Uint8Array(contents), name: typeof name === "string" ? name : null };
  }

  /** From now on no commit begins, until {@linkcode release}. Reads go on. */
  hold(): void {
    this.#queue.hold();
  }

  /** Lets commits begin again. */
  release(): void {
    this.#queue.release();
  }

  /**
   * Waits until every paste that was handed in has been committed or refused.
   *
   * @returns Resolves then; never while held with pastes waiting.
   */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  /** What was not stored after all does not count. */
  async #commitCounted(pastes: readonly NewPaste[]): Promise<readonly Outcome<string>[]> {
    let lost = pastes;
    try {
      const outcomes = await this.#commit(pastes);
      lost = pastes.filter((_, i) => "error" in (outcomes[i] ?? { error: null }));
      return outcomes;
    } finally {
      for (const paste of lost) this.#options.quota.removed(sizeOf(paste));
    }
  }

  /** One statement for all is twice as fast as one for each; when it fails, nothing was written and each goes alone. */
  async #commit(pastes: readonly NewPaste[]): Promise<readonly Outcome<string>[]> {
    try {
      const ids = await this.#insert(pastes);
      const durable = this.#options.durable();
      return ids.map((id) => ({ value: durable.then(() => id) }));
    } catch (error) {
      await this.#options.database.applySettings();
      // Each would wait as long for the lock, and block this thread for all of that time.
      if (error instanceof DatabaseError && error.kind === "busy") {
        return pastes.map(() => ({ error: readableError(error, "store") }));
      }
    }
    const outcomes: Outcome<string>[] = [];
    for (const paste of pastes) outcomes.push(await this.#commitAlone(paste));
    return outcomes;
  }

  async #commitAlone(paste: NewPaste): Promise<Outcome<string>> {
    for (let tryNumber = 1;; tryNumber++) {
      try {
        const [id = ""] = await this.#insert([paste]);
        return { value: this.#options.durable().then(() => id) };
      } catch (error) {
        const clash = error instanceof DatabaseError && error.kind === "clash";
        if (!clash || tryNumber >= MAX_ID_TRIES) return { error: readableError(error, "store") };
      }
    }
  }

  async #insert(pastes: readonly NewPaste[]): Promise<readonly string[]> {
    const { clock, randomId, database, committed } = this.#options;
    const now = clock.now();
    const creationTime = `${new Date(now).toISOString().slice(0, 19)}Z`;
    const ids: string[] = [];
    const args: SqlValue[] = [creationTime];
    for (const { bytes, name } of pastes) {
      const id = formatPasteId(now, randomId());
      ids.push(id);
      args.push(id, bytes, name);
    }
    await database.run(insertStatement(pastes.length), args);
    committed();
    return ids;
  }
}

function sizeOf(paste: NewPaste): number {
  return paste.bytes.byteLength;
}

/** `?1` is the time that all rows share. */
function insertStatement(count: number): string {
  return `INSERT INTO entries (creation_time, id, contents, name) VALUES (?1,?,?,?)${",(?1,?,?,?)".repeat(count - 1)}`;
}

function readableError(error: unknown, verb: "store" | "read"): PasteError {
  const kind = error instanceof DatabaseError ? error.kind : "other";
  switch (kind) {
    case "busy":
      return new PasteError("database-busy", `Cannot ${verb} the paste as the database is busy: try again`, {
        cause: error,
      });
    case "full":
      return new PasteError("storage-full", `Cannot ${verb} the paste as the disk is full: tell the operator`, {
        cause: error,
      });
    case "clash":
    case "other":
      return new PasteError("internal", `Cannot ${verb} the paste as the database failed: tell the operator`, {
        cause: error,
      });
    default:
      return kind satisfies never;
  }
}
