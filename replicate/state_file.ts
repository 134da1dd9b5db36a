/**
 * What the engine remembers beside the database, so that a restart on the same disk can go on where it was.
 *
 * @module
 */

import { basename, dirname, join } from "@std/path";
import { z } from "zod";
import { type Generation, parseGeneration } from "./generation.ts";
import { Mutex } from "./mutex.ts";
import { isPageSize } from "./wal/header.ts";
import type { Salt } from "./wal/salt.ts";

/** What was last written to one replica. Rewritten at each new index; a resume looks at the replica and the WAL too. */
export interface WriterState {
  /** The generation that this instance was writing. */
  readonly generation: Generation;
  /** The generation that it went on from, by a restore or after a gap; null for the first of a replica. */
  readonly parent: Generation | null;
  /** The ordinal of its last WAL. */
  readonly index: number;
  /** The salts of that WAL. */
  readonly salt: Salt;
  /** Size of a page of the database, in bytes. */
  readonly pageBytes: number;
  /** Where the WAL before it ended, in bytes; null for the first of a generation. */
  readonly previousEnd: number | null;
  /** Whether the database is what a restore has put there, and nothing else: it can be restored again. */
  readonly isCopy: boolean;
}

const uint32 = z.number().int().nonnegative().max(0xffff_ffff);

const generationSchema = z.string().transform((text, context) =>
  parseGeneration(text) ?? (context.addIssue("not a generation"), z.NEVER)
);

const stateSchema = z.object({
  version: z.literal(1),
  replicas: z.record(
    z.string(),
    z.object({
      generation: generationSchema,
      parent: generationSchema.nullable(),
      index: uint32,
      salt: z.object({ salt1: uint32, salt2: uint32 }),
      pageBytes: z.number().refine(isPageSize),
      previousEnd: z.number().int().nonnegative().nullable(),
      isCopy: z.boolean(),
    }),
  ),
});

/**
 * The folder in which the engine keeps its own files (the one that Litestream uses).
 *
 * @param databasePath The path of the database.
 * @returns `<folder>/.<name>-litestream`.
 */
export function metaPath(databasePath: string): string {
  const folder: string = dirname(databasePath);
  const name: string = basename(databasePath);
  return join(folder, `.${name}-litestream`);
}

/**
 * The path of the file in that folder.
 *
 * @param folder The folder.
 * @returns `<folder>/state.json`.
 */
export function statePath(folder: string): string {
  return join(folder, "state.json");
}

/** The file `state.json` of one database. */
export class StateFile {
  readonly #folder: string;
  readonly #path: string;
  readonly #writing = new Mutex();
  #states: Readonly<Record<string, WriterState>> = {};

  private constructor(folder: string) {
    this.#folder = folder;
    this.#path = statePath(folder);
  }

  /**
   * Reads the file. One that is absent or damaged counts as empty: all that it can do is to save a new generation.
   *
   * @param databasePath The path of the database.
   * @param folder The folder of the engine's own files. Default: the usual one beside the database.
   */
  static async open(databasePath: string, folder: string = metaPath(databasePath)): Promise<StateFile> {
    const file = new StateFile(folder);
    try {
      file.#states = stateSchema.parse(JSON.parse(await Deno.readTextFile(file.#path))).replicas;
    } catch (error) {
      const isUnreadable = error instanceof Deno.errors.NotFound || error instanceof SyntaxError ||
        error instanceof z.ZodError;
      if (!isUnreadable) throw error;
    }
    return file;
  }

  /** The folder of the engine's own files. It is there once something was remembered. */
  get folder(): string {
    return this.#folder;
  }

  /** What was last written to a replica, or null. */
  get(replicaUrl: string): WriterState | null {
    return this.#states[replicaUrl] ?? null;
  }

  /**
   * Remembers what is written to a replica; on disk before this resolves.
   *
   * @param replicaUrl The replica.
   * @param state Its state.
   */
  set(replicaUrl: string, state: WriterState): Promise<void> {
    return this.#writing.run(async () => {
      const states = { ...this.#states, [replicaUrl]: state };
      await this.#write(states);
      this.#states = states;
    });
  }

  async #write(states: Readonly<Record<string, WriterState>>): Promise<void> {
    await Deno.mkdir(this.#folder, { recursive: true });
    const temporary = `${this.#path}.tmp`;
    {
      using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
      const text = JSON.stringify({ version: 1, replicas: states }, null, 2);
      await writeAll(file, new TextEncoder().encode(`${text}\n`));
      await file.sync();
    }
    await Deno.rename(temporary, this.#path);
    using folder = await Deno.open(this.#folder, { read: true });
    await folder.sync();
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.byteLength;) written += await file.write(bytes.subarray(written));
}
