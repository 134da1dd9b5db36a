/**
 * The object store in a folder, laid out as Litestream's file replica: a key is a path below the folder.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { ReplicateError } from "./errors.ts";
import { DurableFolders, syncFolder } from "./file/durable_folders.ts";
import { fileError, isMissing } from "./file/file_error.ts";
import { compareKeys, folderPath, keyPath, parentPath, TEMPORARY_SUFFIX } from "./file/file_key.ts";
import { TemporaryFile } from "./file/temporary_file.ts";
import type {
  CreateOutcome,
  ObjectInfo,
  ObjectStore,
  PutStreamOptions,
  ReadOptions,
  RequestOptions,
} from "./object_store.ts";

/** Options of {@linkcode FileStore}. */
export interface FileStoreOptions {
  /** The folder; it is made with the first object. */
  readonly folder: string;
  /** Tells which temporary files nobody writes to any more. */
  readonly clock: Clock;
  /** A number in [0, 1), for the names of temporary files. */
  readonly random: () => number;
}

/** How much is read at once, in bytes. */
const READ_BYTES = 256 * 1024;
/** How often a write begins again when its folder is removed under it, because another process emptied that folder. */
const FOLDER_TRIES = 5;

/** Keeps objects as files. What it has written survives a power failure. */
export class FileStore implements ObjectStore {
  /** The folder as a URL. */
  readonly url: string;
  readonly #folder: string;
  readonly #random: () => number;
  readonly #folders: DurableFolders;

  /**
   * Touches nothing on the disk yet.
   *
   * @param options Where.
   */
  constructor(options: FileStoreOptions) {
    this.#folder = options.folder;
    this.#random = options.random;
    this.#folders = new DurableFolders(options.folder, options.clock);
    this.url = `file:${options.folder.startsWith("/") ? "//" : ""}${options.folder}`;
  }

  /** Lists; see {@linkcode ObjectStore.list}. Opens no folder that cannot contain a matching key. */
  async *list(prefix: string, options: RequestOptions = {}): AsyncGenerator<ObjectInfo, void> {
    const start = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    yield* this.#walk(start, prefix, options.signal);
  }

  /** Reads; see {@linkcode ObjectStore.read}. An offset at or beyond the end gives an empty stream. */
  async read(key: string, options: ReadOptions = {}): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const { signal, offset = 0 } = options;
    signal?.throwIfAborted();
    const what = this.#what("read", key);
    const file = await this.#openToRead(key, what);
    try {
      if (!(await file.stat()).isFile) throw new Deno.errors.NotFound("It is not a file");
      if (offset > 0) await file.seek(offset, Deno.SeekMode.Start);
    } catch (error) {
      file.close();
      throw isMissing(error) ? missing(what, error) : fileError(what, error);
    }
    return streamOf(file, what, signal);
  }

  /** Creates; see {@linkcode ObjectStore.create}. A link to the finished file appears at once, or not at all. */
  async create(key: string, bytes: Uint8Array<ArrayBuffer>, options: RequestOptions = {}): Promise<CreateOutcome> {
    return await this.#write(key, "create", options.signal, async (file) => {
      await file.write(bytes);
      return await file.link() ? "created" : "exists";
    });
  }

  /** Writes; see {@linkcode ObjectStore.putStream}. */
  async putStream(
    key: string,
    chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
    options: PutStreamOptions,
  ): Promise<void> {
    const { signal } = options;
    await this.#write(key, "write", signal, async (file) => {
      for await (const chunk of chunks) {
        signal?.throwIfAborted();
        await file.write(chunk);
      }
      await file.rename();
    });
  }

  /** Deletes; see {@linkcode ObjectStore.delete}. Removes the folders that become empty, but not the store's own. */
  async delete(keys: readonly string[], options: RequestOptions = {}): Promise<void> {
    const parents = new Set<string>();
    for (const key of keys) {
      options.signal?.throwIfAborted();
      const path = keyPath(this.#folder, key);
      try {
        await Deno.remove(path);
      } catch (error) {
        if (!isMissing(error)) throw fileError(this.#what("delete", key), error);
      }
      parents.add(parentPath(path));
    }
    // The deepest first, so that one pass does.
    for (const parent of [...parents].sort((one, other) => other.length - one.length)) {
      await this.#folders.prune(parent);
    }
  }

  async *#walk(
    folder: string,
    prefix: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ObjectInfo, void> {
    signal?.throwIfAborted();
    const names: string[] = [];
    try {
      for await (const entry of Deno.readDir(folderPath(this.#folder, folder))) {
        // A folder sorts as its contents do: with the slash.
        if (entry.isDirectory) names.push(`${entry.name}/`);
        else if (entry.isFile && !entry.name.endsWith(TEMPORARY_SUFFIX)) names.push(entry.name);
      }
    } catch (error) {
      if (isMissing(error)) return;
      throw fileError(this.#what("list", folder), error);
    }
    for (const name of names.sort(compareKeys)) {
      const key = `${folder}${name}`;
      if (name.endsWith("/")) {
        if (key.startsWith(prefix) || prefix.startsWith(key)) yield* this.#walk(key, prefix, signal);
      } else if (key.startsWith(prefix)) {
        const info = await this.#info(key);
        if (info !== null) yield info;
      }
    }
  }

  /** `null` when the file vanished since the folder was read. */
  async #info(key: string): Promise<ObjectInfo | null> {
    try {
      const { size, mtime } = await Deno.stat(keyPath(this.#folder, key));
      return { key, size, modifiedAtMs: mtime?.getTime() ?? 0 };
    } catch (error) {
      if (isMissing(error)) return null;
      throw fileError(this.#what("list", key), error);
    }
  }

  async #openToRead(key: string, what: string): Promise<Deno.FsFile> {
    try {
      return await Deno.open(keyPath(this.#folder, key), { read: true });
    } catch (error) {
      throw isMissing(error) ? missing(what, error) : fileError(what, error);
    }
  }

  async #write<T>(
    key: string,
    verb: string,
    signal: AbortSignal | undefined,
    fill: (file: TemporaryFile) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const path = keyPath(this.#folder, key);
    const what = this.#what(verb, key);
    try {
      await using file = await this.#openToWrite(path);
      const result = await fill(file);
      // Also when the object was there: whoever made it may not have got this far.
      await syncFolder(parentPath(path));
      return result;
    } catch (error) {
      throw fileError(what, error);
    }
  }

  async #openToWrite(path: string): Promise<TemporaryFile> {
    for (let tries = 1;; tries++) {
      try {
        await this.#folders.make(parentPath(path));
        return await TemporaryFile.open(path, this.#random);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound) || tries >= FOLDER_TRIES) throw error;
        this.#folders.forget();
      }
    }
  }

  #what(verb: string, key: string): string {
    return `${verb} object "${key}" in ${this.url}`;
  }
}

function missing(what: string, cause: unknown): ReplicateError {
  return new ReplicateError("object-missing", `Cannot ${what} as there is none`, { cause });
}

/** Reads a piece ahead; closes the file at its end, when reading fails, and when the reader loses interest. */
function streamOf(
  file: Deno.FsFile,
  what: string,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull: async (controller) => {
      try {
        signal?.throwIfAborted();
        const buffer = new Uint8Array(READ_BYTES);
        const count = await file.read(buffer);
        // Of a small object the rest of the buffer would be kept along with it.
        if (count !== null) return controller.enqueue(count < READ_BYTES ? buffer.slice(0, count) : buffer);
        file.close();
        controller.close();
      } catch (error) {
        file.close();
        throw fileError(what, error);
      }
    },
    cancel: () => file.close(),
  }, { highWaterMark: 1 });
}
