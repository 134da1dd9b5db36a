/**
 * A file that is being written, invisible until it is whole.
 *
 * @module
 */

import { TEMPORARY_SUFFIX } from "./file_key.ts";

/** How many names are tried: each is one of 2^32. */
const NAME_TRIES = 10;

/** A new file beside the one that it is to become. Disposing of it removes it, unless it has become that one. */
export class TemporaryFile implements AsyncDisposable {
  readonly #path: string;
  readonly #target: string;
  readonly #file: Deno.FsFile;
  #open = true;
  #exists = true;

  private constructor(path: string, target: string, file: Deno.FsFile) {
    this.#path = path;
    this.#target = target;
    this.#file = file;
  }

  /**
   * Creates the file.
   *
   * @param target The path that it is to get.
   * @param random A number in [0, 1), for its name.
   * @returns The file.
   */
  static async open(target: string, random: () => number): Promise<TemporaryFile> {
    for (let tries = 1;; tries++) {
      const number = Math.floor(random() * 2 ** 32).toString(16).padStart(8, "0");
      const path = `${target}.${number}${TEMPORARY_SUFFIX}`;
      try {
        return new TemporaryFile(path, target, await Deno.open(path, { write: true, createNew: true }));
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists) || tries >= NAME_TRIES) throw error;
      }
    }
  }

  /**
   * Appends.
   *
   * @param bytes What to write, all of it.
   */
  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.byteLength > 0;) rest = rest.subarray(await this.#file.write(rest));
  }

  /**
   * Gives the finished file its name, unless there is a file of this name.
   *
   * @returns Whether it got it.
   */
  async link(): Promise<boolean> {
    await this.#finish();
    try {
      await Deno.link(this.#path, this.#target);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return false;
      throw error;
    } finally {
      await this.#remove();
    }
  }

  /** Gives the finished file its name, in place of any file of this name. */
  async rename(): Promise<void> {
    await this.#finish();
    await Deno.rename(this.#path, this.#target);
    this.#exists = false;
  }

  /** Closes the file, and removes it unless it got its name. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    await this.#remove();
  }

  async #finish(): Promise<void> {
    await this.#file.sync();
    this.#close();
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#file.close();
  }

  async #remove(): Promise<void> {
    if (!this.#exists) return;
    this.#exists = false;
    // Should it stay, it is in nobody's way, and is swept up another day.
    await Deno.remove(this.#path).catch(() => undefined);
  }
}
