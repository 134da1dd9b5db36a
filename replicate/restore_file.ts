/**
 * The file that a restore writes, and what makes it appear whole or not at all.
 *
 * @module
 */

import { dirname } from "@std/path";
import { ReplicateError } from "./errors.ts";
import { pathExists } from "./path_exists.ts";

/** Neighbouring pages are written together, up to this many bytes. */
const WRITE_BYTES = 1_048_576;

/** What SQLite would replay onto the database, or roll it back by, if an earlier one of this name had left it. */
const SIDECARS = ["-wal", "-shm", "-journal"];

/** A database file in the making: `<path>.tmp` until it is complete. */
export class RestoreFile implements Disposable {
  readonly #path: string;
  readonly #temporaryPath: string;
  readonly #file: Deno.FsFile;
  #sizeBytes = 0;
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

  /** Size so far, in bytes. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Writes bytes at the end. */
  append(bytes: Uint8Array): void {
    this.#write(this.#sizeBytes, bytes);
  }

  /**
   * Writes pages, in the order of their numbers.
   *
   * @param pages Images by page number.
   * @param pageBytes Size of a page in bytes.
   */
  writePages(pages: ReadonlyMap<number, Uint8Array>, pageBytes: number): void {
    const buffer = new Uint8Array(Math.max(WRITE_BYTES, pageBytes));
    let start = 0;
    let filled = 0;
    for (const pageNumber of Array.from(pages.keys()).sort((a, b) => a - b)) {
      const offset = (pageNumber - 1) * pageBytes;
      if (offset !== start + filled || filled === buffer.byteLength) {
        this.#write(start, buffer.subarray(0, filled));
        start = offset;
        filled = 0;
      }
      buffer.set(pages.get(pageNumber) ?? [], filled);
      filled += pageBytes;
    }
    this.#write(start, buffer.subarray(0, filled));
  }

  /**
   * Has the whole database on disk, under the name that it has until it appears.
   *
   * @param sizeBytes Size of the database in bytes.
   * @returns The path.
   */
  async complete(sizeBytes: number): Promise<string> {
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
  [Symbol.dispose](): void {
    this.#file.close();
    if (!this.#isDone) Deno.removeSync(this.#temporaryPath);
  }

  #write(offset: number, bytes: Uint8Array): void {
    this.#file.seekSync(offset, Deno.SeekMode.Start);
    for (let written = 0; written < bytes.byteLength;) written += this.#file.writeSync(bytes.subarray(written));
    this.#sizeBytes = Math.max(this.#sizeBytes, offset + bytes.byteLength);
  }
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
