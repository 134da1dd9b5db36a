/**
 * The only way to write pastes: in groups, one commit each, held while others need the WAL to stand still.
 *
 * @module
 */

import type { Clock, Schedule } from "./clock.ts";
import { type Database, DatabaseError } from "./database.ts";
import { PasteError } from "./errors.ts";
import { GroupCommit, type Outcome } from "./group_commit.ts";
import { insertBatches, type PasteRow, type PasteTable } from "./paste_table.ts";
import type { StorageQuota } from "./storage_quota.ts";

/** The most changes in one commit. */
const MAX_GROUP_CHANGES = 256;

/** The most bytes in one commit, so that one of them does not block this thread for long. */
const MAX_GROUP_BYTES = 8 * 1024 * 1024;

/** The most bytes that may wait for a commit, while it is held or the disk is slow. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

/** How long a group waits before it asks again for a lock that another process has, in milliseconds. */
const BUSY_PAUSE_MS = 50;

/** How long it goes on asking, in milliseconds. */
const BUSY_LIMIT_MS = 5_000;

/** How many ids are tried for one paste; with fresh randomness each time, a second clash does not happen. */
const MAX_ID_TRIES = 5;

/** What a change has done. */
export interface Changed<T> {
  /** What it has found out. */
  readonly value: T;
  /** `nothing`: nothing was written. `written`: that is enough. `durable`: the value waits for durability. */
  readonly effect: "nothing" | "written" | "durable";
  /** How many bytes of pastes have gone with it. Default: none. */
  readonly freedBytes?: number;
}

/** A new row, and what its creator is told. */
export interface Drafted<T> {
  /** The row. */
  readonly row: PasteRow;
  /** What the creator is told once the row is durable. */
  readonly value: T;
}

/** Something to be done within a commit. It begins anew when its group has failed because of others. */
type Change =
  /** Adds a row: all rows of a group go into one statement. */
  | { readonly kind: "insert"; readonly bytes: number; readonly draft: () => Drafted<unknown> }
  /** Does anything else, with statements that do not wait. */
  | { readonly kind: "change"; readonly bytes: number; readonly apply: () => Changed<unknown> };

/** What a {@linkcode PasteWriter} is made of. */
export interface PasteWriterOptions {
  /** The open database. */
  readonly database: Database;
  /** Its table. */
  readonly table: PasteTable;
  /** Measures the pauses. */
  readonly clock: Clock;
  /** Called right after every commit, in the same turn of the event loop. */
  readonly committed: () => void;
  /** Resolves when everything committed so far is as durable as the operator asked; told how many wait. */
  readonly durable: (waiting: number) => Promise<void>;
  /** Counts what is stored. */
  readonly quota: StorageQuota;
  /** When the next group is committed. Default: when the events already waiting have been handled. */
  readonly schedule?: Schedule;
}

/** Commits changes in groups. */
export class PasteWriter {
  readonly #options: PasteWriterOptions;
  readonly #queue: GroupCommit<Change, unknown>;
  #onRelease: (() => void)[] = [];

  /**
   * Makes a writer with nothing to do.
   *
   * @param options The database and its surroundings.
   */
  constructor(options: PasteWriterOptions) {
    this.#options = options;
    this.#queue = new GroupCommit<Change, unknown>({
      commit: (changes) => this.#commitCounted(changes),
      sizeOf: (change) => change.bytes,
      maxItems: MAX_GROUP_CHANGES,
      maxBytes: MAX_GROUP_BYTES,
      maxQueuedBytes: MAX_QUEUED_BYTES,
      ...(options.schedule ? { schedule: options.schedule } : {}),
    });
  }

  /**
   * Adds a row with the next commit.
   *
   * @param bytes How many bytes it stores.
   * @param draft Makes the row; called again, for another id, when the id is taken.
   * @returns What the draft tells, once the row is as durable as the operator asked.
   * @throws {PasteError} When the database refuses, `overloaded`, or `quota-exceeded`.
   */
  insert<T>(bytes: number, draft: () => Drafted<T>): Promise<T> {
    const { quota } = this.#options;
    quota.added(bytes);
    try {
      return this.#queue.submit({ kind: "insert", bytes, draft }) as Promise<T>;
    } catch (error) {
      quota.removed(bytes);
      throw error;
    }
  }

  /**
   * Makes any other change with the next commit.
   *
   * @param bytes How many bytes it is going to write, about.
   * @param apply Does it.
   * @returns What it has found out.
   * @throws {PasteError} When the database refuses, or `overloaded`.
   */
  change<T>(bytes: number, apply: () => Changed<T>): Promise<T> {
    return this.#queue.submit({ kind: "change", bytes, apply }) as Promise<T>;
  }

  /** From now on no commit begins, until {@linkcode release}. */
  hold(): void {
    this.#queue.hold();
  }

  /** Lets commits begin again. */
  release(): void {
    this.#queue.release();
    this.#onRelease.splice(0).forEach((resume) => resume());
  }

  /**
   * Waits until every change that was handed in has been committed or refused.
   *
   * @returns Resolves then; never while held with changes waiting.
   */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  /** What was not stored after all does not count. What is not durable in time is stored nevertheless. */
  async #commitCounted(changes: readonly Change[]): Promise<readonly Outcome<unknown>[]> {
    const outcomes = await this.#commit(changes);
    changes.forEach(({ kind, bytes }, i) => {
      if (kind === "insert" && "error" in (outcomes[i] ?? { error: null })) this.#options.quota.removed(bytes);
    });
    return outcomes;
  }

  async #commit(changes: readonly Change[]): Promise<readonly Outcome<unknown>[]> {
    for (let waitedMs = 0;; waitedMs += BUSY_PAUSE_MS) {
      try {
        return this.#together(changes);
      } catch (error) {
        // Nothing was written. Unless another process was in the way, one of them is to blame: each goes alone.
        if (!isKind(error, "busy")) return changes.map((change) => this.#alone(change));
        if (waitedMs >= BUSY_LIMIT_MS) return changes.map(() => ({ error: readableError(error) }));
      }
      await this.#pause();
    }
  }

  #alone(change: Change): Outcome<unknown> {
    for (let tryNumber = 1;; tryNumber++) {
      try {
        const [outcome] = this.#together([change]);
        return outcome ?? { error: new Error("Invariant broken: one outcome per change") };
      } catch (error) {
        if (!isKind(error, "clash") || tryNumber >= MAX_ID_TRIES) return { error: readableError(error) };
      }
    }
  }

  /** All in one transaction, and one wait for their durability. */
  #together(changes: readonly Change[]): readonly Outcome<unknown>[] {
    const { committed, durable, quota } = this.#options;
    const results = this.#apply(changes);
    for (const { freedBytes = 0 } of results) quota.removed(freedBytes);
    if (results.some(({ effect }) => effect !== "nothing")) committed();
    const waiting = results.filter(({ effect }) => effect === "durable").length;
    const wait = waiting > 0 ? durable(waiting) : null;
    return results.map(({ value, effect }) => ({
      value: wait !== null && effect === "durable" ? wait.then(() => value) : value,
    }));
  }

  #apply(changes: readonly Change[]): readonly Changed<unknown>[] {
    const { database, table } = this.#options;
    const drafts = changes.flatMap((change) => change.kind === "insert" ? [change.draft()] : []);
    const batches = insertBatches(drafts.map(({ row }) => row));
    const insert = (): void => batches.forEach((rows) => table.insert(rows));
    const results = drafts.map(({ value }): Changed<unknown> => ({ value, effect: "durable" }));
    const others = drafts.length < changes.length;
    // One statement alone is a transaction of its own.
    if (!others && batches.length === 1) {
      insert();
      return results;
    }
    return database.transaction(() => {
      insert();
      const inserted = results[Symbol.iterator]();
      return changes.map((change) => change.kind === "change" ? change.apply() : nextOf(inserted));
    });
  }

  /** Time for the other process; and none is asked of it while somebody of ours has said hold. */
  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => void this.#options.clock.after(BUSY_PAUSE_MS, resolve));
    while (this.#queue.held) await new Promise<void>((resolve) => this.#onRelease.push(resolve));
  }
}

function nextOf<T>(iterator: Iterator<T>): T {
  const next = iterator.next();
  if (next.done) throw new Error("Invariant broken: one draft per insert");
  return next.value;
}

function isKind(error: unknown, kind: DatabaseError["kind"]): boolean {
  return error instanceof DatabaseError && error.kind === kind;
}

/**
 * Says in the client's terms what SQLite refused.
 *
 * @param cause What was thrown.
 * @returns The error for the answer.
 */
export function readableError(cause: unknown): PasteError {
  const kind = cause instanceof DatabaseError ? cause.kind : "other";
  switch (kind) {
    case "busy":
      return new PasteError("database-busy", "Cannot reach the paste as the database is busy: try again", { cause });
    case "full":
      return new PasteError("storage-full", "Cannot store the paste as the disk is full: tell the operator", { cause });
    case "clash":
    case "other":
      return new PasteError("internal", "Cannot reach the paste as the database failed: tell the operator", { cause });
    default:
      return kind satisfies never;
  }
}
