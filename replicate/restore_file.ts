/**
 * The file that a restore writes, and what makes it appear whole or not at all.
 *
 * @module
 */

import { dirname } from "@std/path";
import { ReplicateError } from "./errors.ts";
import type { PageRun } from "./page_window.ts";
import { pathExists } from "./path_exists.ts";

/** What is appended is written in pieces of this many bytes. */
const WRITE_BYTES = 1_048_576;

/** Fewer bytes are written at once; handing them to another thread would take longer. */
const BEHIND_BYTES_MIN = 65_536;

/** How many bytes are written before the disk is asked to have them: in the end it then has most of them already. */
const SYNC_BYTES = 33_554_432;

/** What SQLite would replay onto the database, or roll it back by, if an earlier one of this name had left it. */
const SIDECARS = ["-wal", "-shm", "-journal"];

/**
 * A database file in the making: `<path>.tmp` until it is complete.
 *
 * It is written behind the caller's back, while the caller makes what comes next. What goes wrong there comes out at a
 * later call, `complete` at the latest.
 */
export class RestoreFile implements AsyncDisposable {
  readonly #path: string;
  readonly #temporaryPath: string;
  readonly #file: Deno.FsFile;
  /** What was appended and is not handed to be written yet. */
  #tail = new Uint8Array(WRITE_BYTES);
  #tailBytes = 0;
  /** The other one of two, from which is written meanwhile. */
  #otherTail = new Uint8Array(WRITE_BYTES);
  #writing: Promise<void> = Promise.resolve();
  #syncing: Promise<void> = Promise.resolve();
  #unsyncedBytes = 0;
  #appendedBytes = 0;
  #isDone = false;

  private constructor(path: string, temporaryPath: string, file: Deno.FsFile) {
    this.#path = path;
    this.#temporaryPath = temporaryPath;
    this.#file = file;
  }

  /**
   * Begins a file.
   *
   * @param path Where the database will be; folders are made as needed.
   * @throws {ReplicateError} `target-exists`: a restore never writes over a file.
   */
  static async create(path: string): Promise<RestoreFile> {
    await refuseExisting(path);
    await Deno.mkdir(dirname(path), { recursive: true });
    const temporaryPath = `${path}.tmp`;
    const file = await Deno.open(temporaryPath, { read: true, write: true, create: true, truncate: true });
    return new RestoreFile(path, temporaryPath, file);
  }

  /** How many bytes were appended so far. */
  get appendedBytes(): number {
    return this.#appendedBytes;
  }

  /** Writes bytes at the end. They are the caller's again when this resolves. */
  async append(bytes: Uint8Array): Promise<void> {
    for (let taken = 0; taken < bytes.byteLength;) {
      const part = bytes.subarray(taken, taken + WRITE_BYTES - this.#tailBytes);
      this.#tail.set(part, this.#tailBytes);
      this.#tailBytes += part.byteLength;
      this.#appendedBytes += part.byteLength;
      taken += part.byteLength;
      if (this.#tailBytes === WRITE_BYTES) await this.#writeTail();
    }
  }

  /**
   * Writes pages. When this resolves, those of the call before are written, and these may still be read.
   *
   * @param runs Where they belong, and their images; asked for one after the other.
   */
  async writePages(runs: Iterable<PageRun>): Promise<void> {
    await this.#writeTail();
    await this.#writeBehind(async () => {
      for (const { offset, bytes } of runs) await this.#write(offset, bytes);
    });
  }

  /**
   * Has the whole database on disk, under the name that it has until it appears.
   *
   * @param sizeBytes Size of the database in bytes.
   * @returns The path.
   */
  async complete(sizeBytes: number): Promise<string> {
    await this.#writeTail();
    await this.#writing;
    await this.#syncing;
    await this.#file.truncate(sizeBytes);
    await this.#file.sync();
    return this.#temporaryPath;
  }

  /**
   * Makes the file appear under its name: cut to size, on disk, without WAL or journal of an earlier file beside it.
   *
   * @param sizeBytes Size of the database in bytes.
   * @throws {ReplicateError} `target-exists` when somebody has made the file meanwhile.
   */
  async finish(sizeBytes: number): Promise<void> {
    await this.complete(sizeBytes);
    await refuseExisting(this.#path);
    for (const suffix of SIDECARS) await removeIfPresent(`${this.#path}${suffix}`);
    await Deno.rename(this.#temporaryPath, this.#path);
    this.#isDone = true;
    using folder = await Deno.open(dirname(this.#path), { read: true });
    await folder.sync();
  }

  /** Closes the file; removes it unless it was finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([this.#writing]); // the last write may begin a sync
    await Promise.allSettled([this.#syncing]);
    this.#file.close();
    if (!this.#isDone) await Deno.remove(this.#temporaryPath);
  }

  async #writeTail(): Promise<void> {
    const bytes = this.#tail.subarray(0, this.#tailBytes);
    if (bytes.byteLength === 0) return;
    const offset = this.#appendedBytes - bytes.byteLength;
    await this.#writeBehind(() => this.#write(offset, bytes));
    [this.#tail, this.#otherTail] = [this.#otherTail, this.#tail];
    this.#tailBytes = 0;
  }

  /** Begins to write something when what was to be written before is, and does not wait for its end. */
  async #writeBehind(write: () => Promise<void>): Promise<void> {
    await this.#writing;
    this.#writing = write();
    this.#writing.catch(() => undefined); // thrown by the next call; until then it must not count as unhandled
  }

  async #write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#file.seekSync(offset, Deno.SeekMode.Start);
    const isSmall = bytes.byteLength < BEHIND_BYTES_MIN;
    for (let written = 0; written < bytes.byteLength;) {
      const rest = bytes.subarray(written);
      written += isSmall ? this.#file.writeSync(rest) : await this.#file.write(rest);
    }
    this.#unsyncedBytes += bytes.byteLength;
    if (this.#unsyncedBytes < SYNC_BYTES) return;
    await this.#syncing;
    this.#unsyncedBytes = 0;
    this.#syncing = syncData(this.#temporaryPath);
    this.#syncing.catch(() => undefined); // as above
  }
}

/** Has on disk what was written to a file so far. It can be written to meanwhile, by another descriptor than this one's. */
async function syncData(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await file.syncData();
}

async function refuseExisting(path: string): Promise<void> {
  if (!await pathExists(path)) return;
  throw new ReplicateError(
    "target-exists",
    `Cannot restore to "${path}" as there is a file already: move it away first`,
  );
}

async function removeIfPresent(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
