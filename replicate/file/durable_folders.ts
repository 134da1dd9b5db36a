/**
 * Folders that survive a power failure, and go when they are empty.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import { parentPath, TEMPORARY_SUFFIX } from "./file_key.ts";

/** How old a temporary file is when nobody writes to it any more, in milliseconds: a day. */
const LEFTOVER_AGE_MS = 24 * 60 * 60_000;

/**
 * Makes the entries of a folder durable: an fsync of a file says nothing of its name.
 *
 * @param path The folder.
 */
export async function syncFolder(path: string): Promise<void> {
  using folder = await Deno.open(path, { read: true });
  await folder.sync();
}

/** The folders below one root. */
export class DurableFolders {
  readonly #root: string;
  readonly #clock: Clock;
  /** Folders whose own entry is known to be durable. */
  readonly #known = new Set<string>();

  /**
   * Touches nothing on the disk yet.
   *
   * @param root The topmost folder; never removed.
   * @param clock Tells the age of temporary files.
   */
  constructor(root: string, clock: Clock) {
    this.#root = root.replace(/(?<=.)\/+$/, "");
    this.#clock = clock;
  }

  /**
   * Makes a folder and those around it, as far as they are missing. Below the root every entry is made durable once
   * per process, also of a folder that was there: whoever made it may have died before that.
   *
   * @param path The folder; the root, or below it.
   */
  async make(path: string): Promise<void> {
    if (this.#known.has(path)) return;
    const parent = parentPath(path);
    if (path === this.#root) {
      if (await makeMissing(path)) await syncFolder(parent);
    } else {
      await this.make(parent);
      await makeOne(path);
      await syncFolder(parent);
    }
    await this.#sweep(path);
    this.#known.add(path);
  }

  /** Forgets what is durable: another process may have removed folders. */
  forget(): void {
    this.#known.clear();
  }

  /**
   * Removes a folder when it is empty, then the one around it, and so on up to the root.
   *
   * @param path The folder.
   */
  async prune(path: string): Promise<void> {
    for (let folder = path; folder.length > this.#root.length; folder = parentPath(folder)) {
      this.#known.delete(folder);
      try {
        await Deno.remove(folder);
      } catch (error) {
        // Not empty, or not ours to remove: an empty folder that stays does no harm. One that is gone: go on.
        if (!(error instanceof Deno.errors.NotFound)) return;
      }
    }
  }

  /** Removes what a process that died has left behind. */
  async #sweep(path: string): Promise<void> {
    for await (const { name, isFile } of Deno.readDir(path)) {
      if (!isFile || !name.endsWith(TEMPORARY_SUFFIX)) continue;
      const file = `${path}/${name}`;
      try {
        const { mtime } = await Deno.stat(file);
        if (mtime !== null && this.#clock.now() - mtime.getTime() > LEFTOVER_AGE_MS) await Deno.remove(file);
      } catch {
        continue; // gone meanwhile, or somebody else's: nothing depends on it
      }
    }
  }
}

/** Makes a folder and those around it; tells whether it was missing. Those around it are made durable too. */
async function makeMissing(path: string): Promise<boolean> {
  try {
    return await makeOne(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const parent = parentPath(path);
  if (await makeMissing(parent)) await syncFolder(parentPath(parent));
  return await makeOne(path);
}

/** Makes one folder; tells whether it was missing. */
async function makeOne(path: string): Promise<boolean> {
  try {
    await Deno.mkdir(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists && (await Deno.stat(path)).isDirectory) return false;
    throw error;
  }
}
