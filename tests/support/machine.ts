/**
 * Machines that run the engine on one bucket, and die.
 *
 * @module
 */

import { Engine, type EngineOptions } from "./replicator_fixture.ts";
import type { S3Server } from "./s3_server.ts";
import { impatientClock, storeOn } from "./s3_server_store.ts";

/** Options of {@linkcode Machine.boot}. */
export interface MachineOptions extends Omit<EngineOptions, "stores"> {
  /** The bucket. */
  readonly server: S3Server;
}

/** A machine with a disk, a network, and the engine. */
export class Machine implements AsyncDisposable {
  /** The database. */
  readonly path: string;
  /** The engine that runs on it. */
  readonly engine: Engine;
  readonly #network: { isCut: boolean };

  private constructor(path: string, engine: Engine, network: { isCut: boolean }) {
    this.path = path;
    this.engine = engine;
    this.#network = network;
  }

  /**
   * Starts the engine.
   *
   * @param options The database, the bucket and the pace.
   * @throws {ReplicateError} When the database must not be used.
   */
  static async boot({ server, ...options }: MachineOptions): Promise<Machine> {
    const network = { isCut: false };
    const store = storeOn(server, {
      clock: impatientClock,
      maxTries: 2,
      fetch: async (input, init) => {
        if (network.isCut) throw new TypeError("There is no network");
        return await fetch(input, init);
      },
    });
    return new Machine(options.path, await Engine.start({ ...options, stores: [store] }), network);
  }

  /** Nothing that this machine says reaches the bucket any more. */
  cutOff(): void {
    this.#network.isCut = true;
  }

  /**
   * Dies: nothing more is uploaded, and nothing is closed.
   *
   * @param folder Where the disk is found again; must not exist.
   * @returns The path of the database there.
   */
  async crash(folder: string): Promise<string> {
    const path = copyDisk(this.path, folder);
    this.cutOff();
    await this.engine[Symbol.asyncDispose]();
    return path;
  }

  /** Stops the engine and closes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
  }
}

/**
 * Copies what a disk holds of a database, as a crash would leave it. Another process does it: to open the database
 * file in this one would drop its locks. Nothing else of this thread runs meanwhile.
 *
 * @param path The database.
 * @param folder A folder for the copy; must not exist.
 * @returns The path of the copy.
 */
export function copyDisk(path: string, folder: string): string {
  Deno.mkdirSync(folder);
  const sources = [path, `${path}-wal`, metaFolder(path)].filter(isPresent);
  const { success } = new Deno.Command("cp", { args: ["-r", ...sources, folder] }).outputSync();
  if (!success) throw new Error(`Cannot copy ${sources.join(" ")}`);
  return path.replace(/^.*\//, `${folder}/`);
}

/** The folder in which the engine keeps what it remembers of a database. */
export function metaFolder(path: string): string {
  return path.replace(/[^/]*$/, (name) => `.${name}-litestream`);
}

function isPresent(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
