/**
 * Replicas of large databases, in a folder.
 *
 * @module
 */

import { noise } from "./content.ts";
import { newFolder, type Setting, startService, upload } from "./setting.ts";

/** A replica, and the database that it is of. */
export interface FilledReplica {
  /** The replica's URL. */
  readonly url: string;
  /** The database's path. */
  readonly database: string;
  /** The path of one of the pastes in it. */
  readonly paste: string;
}

/** How the database came to the replica: with each upload, or as a snapshot of it all. */
export type FilledBy = "uploads" | "snapshot" | "nobody";

const PASTE_BYTES = 1024 * 1024;

/**
 * Fills a database with noise.
 *
 * @param setting Where.
 * @param mebibytes How large.
 * @param by How the replica is to come about; by nobody, it is empty still.
 * @returns The replica; no service runs any more.
 */
export async function fillReplica(setting: Setting, mebibytes: number, by: FilledBy): Promise<FilledReplica> {
  const database = `${await newFolder(setting)}/store.db`;
  const url = `file://${await newFolder(setting)}`;
  let paste = "";
  {
    const env = { DB_PATH: database, DB_REPLICA_URL: by === "uploads" ? url : "none" };
    await using service = await startService(setting, env);
    for (let count = 0; count < mebibytes; count++) paste = await upload(service.url, noise(PASTE_BYTES));
    await service.end("SIGTERM");
  }
  if (by === "snapshot") {
    await using service = await startService(setting, { DB_PATH: database, DB_REPLICA_URL: url });
    await service.untilSynced({ pauseMs: 50, tries: 12_000 });
    await service.end("SIGTERM");
  }
  return { url, database, paste };
}
