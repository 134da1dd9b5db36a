/**
 * The folder in which a service keeps its data while it is tested.
 *
 * @module
 */

import type { Environment } from "./service_process.ts";

/**
 * The names in a folder.
 *
 * @param folder The folder.
 * @returns The names, sorted.
 */
export async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

/** A folder with the service's data and a replica, removed in the end. */
export class Workspace implements AsyncDisposable {
  /** The folder. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes an empty one. */
  static async make(): Promise<Workspace> {
    return new Workspace(await Deno.makeTempDir({ prefix: "pastestream-e2e-" }));
  }

  /** The path of the database. */
  get databasePath(): string {
    return `${this.folder}/data/store.db`;
  }

  /** The path of the folder that is a replica. */
  get replicaPath(): string {
    return `${this.folder}/replica`;
  }

  /** That folder as a URL. */
  get replicaUrl(): string {
    return `file://${this.replicaPath}`;
  }

  /** The variables that have a service use this folder. */
  get env(): Environment {
    return { DB_PATH: this.databasePath, DB_REPLICA_URL: this.replicaUrl };
  }

  /** Loses everything but the replica, as a disk does that breaks. */
  async loseDisk(): Promise<void> {
    await Deno.mkdir(`${this.folder}/data`, { recursive: true }); // a service that was killed early has not made it
    await Deno.remove(`${this.folder}/data`, { recursive: true });
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
