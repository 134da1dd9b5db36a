/**
 * Small replicas in a folder: recorded from real SQLite, open to any damage.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { dirname } from "@std/path";
import { ReplicateError, type ReplicateErrorCode } from "../../replicate/errors.ts";
import { FileStore } from "../../replicate/file_store.ts";
import { type Generation, parseGeneration } from "../../replicate/generation.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { decodeStream } from "../../replicate/lz4/decode_stream.ts";
import { formatSegmentKey, formatSnapshotKey } from "../../replicate/object_key.ts";
import { restore, type RestoreOptions, type RestoreResult } from "../../replicate/restore.ts";
import { seededRandom } from "./random.ts";
import { impatientClock } from "./s3_server_store.ts";
import { openSqlite } from "./sqlite.ts";
import { scanWal } from "./wal_builder.ts";

/** The generation of replicas that tests build. */
export const GENERATION: Generation = generationOf("00112233445566aa");

/** A generation whose name is known to be valid. */
export function generationOf(name: string): Generation {
  const generation = parseGeneration(name);
  if (generation === null) throw new Error(`Not a generation: ${name}`);
  return generation;
}

/** The key of a segment, in {@linkcode GENERATION} unless another is named. */
export function segmentKey(index: number, offset: number, generation: Generation = GENERATION): string {
  return formatSegmentKey({ generation, index, offset });
}

/** The key of a snapshot, in {@linkcode GENERATION} unless another is named. */
export function snapshotKey(index: number, generation: Generation = GENERATION): string {
  return formatSnapshotKey({ generation, index });
}

/** A run of bytes of one WAL. */
export interface PlainSegment {
  /** The WAL's ordinal. */
  readonly index: number;
  /** Where the bytes belong in the WAL. */
  readonly offset: number;
  /** The bytes. */
  readonly plain: Uint8Array;
}

/** What SQLite did to a database. */
export interface History {
  /** The database file before. */
  readonly base: Uint8Array;
  /** What was written to the WALs, a segment for each transaction. */
  readonly segments: readonly PlainSegment[];
  /** The database file after, everything checkpointed into it. */
  readonly database: Uint8Array;
}

/** A replica in a temporary folder, and an empty folder to restore to. */
export class ReplicaFolder implements AsyncDisposable {
  /** The replica's root. */
  readonly path: string;
  /** The replica as a store. */
  readonly store: FileStore;
  /** Where restores go. */
  readonly outputPath: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = `${folder}/replica`;
    this.outputPath = `${folder}/out/restored.db`;
    this.store = new FileStore({ folder: this.path, clock: impatientClock, random: seededRandom(1).next });
  }

  /** Makes an empty one. */
  static async create(): Promise<ReplicaFolder> {
    const folder = await Deno.makeTempDir({ prefix: "replica-" });
    await Deno.mkdir(`${folder}/out`);
    return new ReplicaFolder(folder);
  }

  /** Makes one that holds a history: its base as snapshot 0, and its segments. */
  static async of(history: Pick<History, "base" | "segments">): Promise<ReplicaFolder> {
    const replica = await ReplicaFolder.create();
    await replica.put(snapshotKey(0), await encodeFrame(history.base));
    for (const { index, offset, plain } of history.segments) {
      await replica.put(segmentKey(index, offset), await encodeFrame(plain));
    }
    return replica;
  }

  /** Writes an object, whatever was there. Its time is the same for all, unless one is given. */
  async put(key: string, bytes: Uint8Array, modifiedAtMs: number = Date.UTC(2026, 0, 1)): Promise<void> {
    const path = `${this.path}/${key}`;
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, bytes);
    await Deno.utime(path, modifiedAtMs / 1_000, modifiedAtMs / 1_000);
  }

  /** Reads an object as it is stored. */
  async get(key: string): Promise<Uint8Array<ArrayBuffer>> {
    return await Deno.readFile(`${this.path}/${key}`);
  }

  /** Removes an object. */
  async remove(key: string): Promise<void> {
    await Deno.remove(`${this.path}/${key}`);
  }

  /** All keys, in order. */
  async keys(): Promise<string[]> {
    return (await Array.fromAsync(this.store.list(""))).map(({ key }) => key);
  }

  /** Restores to {@linkcode ReplicaFolder.outputPath}. */
  restore(options: Partial<RestoreOptions> = {}): Promise<RestoreResult | null> {
    return restore(this.store, {
      outputPath: this.outputPath,
      clock: impatientClock,
      random: () => 0.5,
      ...options,
    });
  }

  /** Restores, and returns the database's bytes; the file is removed again. */
  async restoredBytes(options: Partial<RestoreOptions> = {}): Promise<Uint8Array<ArrayBuffer>> {
    await this.restore(options);
    const bytes = await Deno.readFile(this.outputPath);
    assertEquals(await this.outputFiles(), ["restored.db"]);
    await Deno.remove(this.outputPath);
    return bytes;
  }

  /** The names in the folder to which restores go. */
  async outputFiles(): Promise<string[]> {
    return (await Array.fromAsync(Deno.readDir(dirname(this.outputPath)))).map(({ name }) => name).sort();
  }

  /** Removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/**
 * Asserts that a replica is refused for one object's sake, and that nothing of the attempt is left.
 *
 * @param replica The replica.
 * @param expected The error's code, and the key that its message names.
 * @param options What to restore.
 * @returns The error.
 */
export async function assertRefused(
  replica: ReplicaFolder,
  expected: { readonly code: ReplicateErrorCode; readonly key: string },
  options: Partial<RestoreOptions> = {},
): Promise<ReplicateError> {
  const error = await assertRejects(() => replica.restore(options), ReplicateError, undefined, expected.key);
  const named = /"(generations\/[^"]*)"/.exec(error.message)?.[1];
  assertEquals({ code: error.code, key: named, retryable: error.retryable }, { ...expected, retryable: false });
  assertEquals(await replica.outputFiles(), []);
  return error;
}

/**
 * Has SQLite write a history.
 *
 * @param pageBytes Size of a page in bytes.
 * @param wals For each WAL its transactions; the database has a table `item (id, body)`.
 * @returns What SQLite wrote.
 */
export async function recordHistory(pageBytes: number, wals: readonly (readonly string[])[]): Promise<History> {
  const folder = await Deno.makeTempDir({ prefix: "history-" });
  const path = `${folder}/test.db`;
  try {
    {
      using setup = openSqlite(path);
      setup.exec(`PRAGMA page_size = ${pageBytes}`);
      setup.exec("CREATE TABLE item (id INTEGER PRIMARY KEY, body)");
      setup.all("PRAGMA journal_mode = WAL");
    }
    const base = await Deno.readFile(path);
    const segments = await recordWals(path, wals);
    return { base, segments, database: await Deno.readFile(path) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function recordWals(path: string, wals: readonly (readonly string[])[]): Promise<PlainSegment[]> {
  const segments: PlainSegment[] = [];
  using sqlite = openSqlite(path);
  sqlite.all("PRAGMA wal_autocheckpoint = 0");
  for (const [index, transactions] of wals.entries()) {
    let offset = 0;
    for (const sql of transactions) {
      sqlite.exec(sql);
      const wal = await Deno.readFile(`${path}-wal`);
      const end = scanWal(wal).stop.offset;
      segments.push({ index, offset, plain: wal.slice(offset, end) });
      offset = end;
    }
    sqlite.all("PRAGMA wal_checkpoint(PASSIVE)"); // complete, so that the next commit begins a new WAL
  }
  return segments;
}

/** A segment of a history that is known to have so many. */
export function segmentAt({ segments }: Pick<History, "segments">, ordinal: number): PlainSegment {
  const segment = segments.at(ordinal);
  if (segment === undefined) throw new RangeError(`There is no segment ${ordinal}`);
  return segment;
}

/** Decompresses an object that is known to be whole. */
export async function plainOf(frame: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(Buffer.concat(await Array.fromAsync(decodeStream([frame]))));
}

/** A SHA-256 digest in hexadecimal digits: in a failed test it is easier on the eyes than a database. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * The database after the first WALs of a history.
 *
 * @param history The history.
 * @param wals How many of its WALs.
 */
export async function databaseAfter(history: History, wals: number): Promise<Uint8Array> {
  await using replica = await ReplicaFolder.of({
    ...history,
    segments: history.segments.filter(({ index }) => index < wals),
  });
  return await replica.restoredBytes();
}
