/**
 * The WAL file of a live database, read beside SQLite.
 *
 * @module
 */

import { Mutex } from "./mutex.ts";
import { decodeWalHeader, WAL_HEADER_BYTES, type WalHeader } from "./wal/header.ts";

/**
 * Reads the `-wal` file. SQLite takes no lock on this one; of the database file and its `-shm` nobody but SQLite may
 * hold a descriptor, as closing it would drop every lock that this process has on them.
 */
export class WalFile implements Disposable {
  readonly #path: string;
  /** A descriptor has one place: to seek and to read must not be interleaved with another's. */
  readonly #reading = new Mutex();
  #file: Deno.FsFile | null = null;

  /** @param databasePath The path of the database; the WAL is beside it. */
  constructor(databasePath: string) {
    this.#path = `${databasePath}-wal`;
  }

  /** Size of the file in bytes: an upper bound of what is valid in it, as a restart does not cut it. */
  async sizeBytes(): Promise<number> {
    return (await (await this.#open())?.stat())?.size ?? 0;
  }

  /** Reads and verifies the header; null when the file is absent, empty, or being created. */
  async readHeader(): Promise<WalHeader | null> {
    const result = decodeWalHeader(await this.read(0, WAL_HEADER_BYTES));
    return result.ok ? result.header : null;
  }

  /**
   * Reads bytes.
   *
   * @param offset The first byte.
   * @param length How many bytes at the most.
   * @returns Fewer bytes where the file ends; none where there is no file.
   */
  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, await this.readInto(bytes, offset));
  }

  /**
   * Fills a buffer.
   *
   * @param buffer What to fill.
   * @param offset The first byte to read.
   * @returns How many bytes were read: fewer than the buffer holds where the file ends.
   */
  async readInto(buffer: Uint8Array, offset: number): Promise<number> {
    return await this.#reading.run(async () => {
      const file = await this.#open();
      if (file === null) return 0;
      await file.seek(offset, Deno.SeekMode.Start);
      let filled = 0;
      while (filled < buffer.byteLength) {
        const count = await file.read(buffer.subarray(filled));
        if (count === null) break;
        filled += count;
      }
      return filled;
    });
  }

  /** Gives up the descriptor, so that the next read finds a file that was made anew under the same name. */
  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = null;
  }

  async #open(): Promise<Deno.FsFile | null> {
    if (this.#file !== null) return this.#file;
    try {
      this.#file = await Deno.open(this.#path, { read: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return this.#file;
  }
}
