/**
 * The database file that a start puts in its place, and what stood there before.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import type { EventListener } from "./events.ts";
import type { Generation } from "./generation.ts";
import type { ObjectStore } from "./object_store.ts";
import { formatPosition, type Position } from "./position.ts";
import { restore, type RestoreResult } from "./restore.ts";
import type { StateFile } from "./state_file.ts";

/** No WAL yet, and none will match. */
const NO_SALT = { salt1: 0, salt2: 0 };

/** The file and what SQLite keeps beside it; the WAL goes after its database, so that it is never without one. */
const SUFFIXES = ["", "-wal", "-shm"];

/** Lets a restored database be read while this instance waits for its turn to write. */
export interface ReaderGate {
  /** The file may be opened for reading. */
  readonly open: () => void;
  /** Has every connection to it closed. */
  readonly close: () => Promise<void>;
}

/** What a {@linkcode RestoredDatabase} works with. */
export interface RestoredDatabaseOptions {
  /** The path of the database file. */
  readonly databasePath: string;
  /** What this disk remembers. */
  readonly state: StateFile;
  /** Who may read the restored database meanwhile. */
  readonly readers: ReaderGate;
  /** Time. */
  readonly clock: Clock;
  /** A number in [0, 1), for pauses. */
  readonly random: () => number;
  /** Receives events. */
  readonly emit: EventListener;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/** A database that is restored where there was none, perhaps more than once. */
export class RestoredDatabase {
  readonly #store: ObjectStore;
  readonly #options: RestoredDatabaseOptions;
  #result: RestoreResult | null = null;

  /**
   * @param store What to restore from.
   * @param options Where to, and who is told.
   */
  constructor(store: ObjectStore, options: RestoredDatabaseOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Whether there is one: the replica had something to restore. */
  get exists(): boolean {
    return this.#result !== null;
  }

  /**
   * Restores the newest state, in the place of what an earlier call has restored.
   *
   * @returns Where the replica's log ended, or null when there is nothing to restore.
   * @throws {ReplicateError} What {@linkcode restore} throws.
   */
  async restore(): Promise<Position | null> {
    const { databasePath, readers, clock, random, signal, emit } = this.#options;
    if (this.#result !== null) {
      await readers.close();
      await removeDatabase(databasePath);
      this.#result = null;
    }
    const replica = this.#store.url;
    const startedAt = clock.monotonic();
    this.#result = await restore(this.#store, {
      outputPath: databasePath,
      beforeAppearance: (restored) => this.#rememberOrigin(restored),
      clock,
      random,
      signal,
      onProgress: (doneBytes, totalBytes) =>
        emit({ type: "progress", task: "restore", replica, doneBytes, totalBytes }),
    });
    if (this.#result === null) return null;
    const { databaseBytes, objects } = this.#result;
    const position = formatPosition(this.#result.position);
    emit({ type: "restored", replica, position, databaseBytes, objects, durationMs: clock.monotonic() - startedAt });
    return this.#result.position;
  }

  /**
   * Remembers that the restored state begins a generation.
   *
   * @param generation The generation, which the chain names already.
   */
  async rememberGeneration(generation: Generation): Promise<void> {
    if (this.#result === null) return;
    const { position: { generation: parent }, pageBytes } = this.#result;
    const begun = { generation, parent, index: 0, salt: NO_SALT, pageBytes, previousEnd: null, isCopy: true };
    await this.#options.state.set(this.#store.url, begun);
  }

  /**
   * Remembers whose history the restored database has, before it can be seen: else this disk, coming back after another
   * instance went on from the same history, would take its old state for the newest.
   */
  async #rememberOrigin({ position: { generation, index }, pageBytes }: RestoreResult): Promise<void> {
    const { state } = this.#options;
    const origin = { generation, parent: null, index, salt: NO_SALT, pageBytes, previousEnd: null, isCopy: true };
    await state.set(this.#store.url, origin);
  }
}

/**
 * Moves a database aside.
 *
 * @param databasePath The path of the database file; nobody has it open.
 * @param clock Tells the time, for the new name.
 * @returns The new path.
 */
export async function moveAside(databasePath: string, clock: Clock): Promise<string> {
  const label = new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const movedTo = `${databasePath}.stale-${label}`;
  for (const suffix of SUFFIXES) await ifPresent(Deno.rename(databasePath + suffix, movedTo + suffix));
  return movedTo;
}

/**
 * Removes a database.
 *
 * @param databasePath The path of the database file; nobody has it open.
 */
export async function removeDatabase(databasePath: string): Promise<void> {
  for (const suffix of SUFFIXES) await ifPresent(Deno.remove(databasePath + suffix));
}

/**
 * Tells when a file was last written, without opening it.
 *
 * @param path The file's path.
 * @returns Milliseconds since 1970; 0 when the system does not say.
 */
export async function modifiedAtMs(path: string): Promise<number> {
  return (await Deno.stat(path)).mtime?.getTime() ?? 0;
}

async function ifPresent(action: Promise<void>): Promise<void> {
  try {
    await action;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
