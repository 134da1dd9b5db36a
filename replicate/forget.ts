/**
 * Taking from a database what lets a replica go on where it was.
 *
 * @module
 */

import { connect } from "./connection.ts";
import { ReplicateError } from "./errors.ts";
import { pathExists } from "./path_exists.ts";
import { firstRow } from "./sqlite_query.ts";
import { asReplicateError } from "./sqlite_error.ts";
import { metaPath, statePath } from "./state_file.ts";

/**
 * Moves the WAL into the database, and removes `state.json`: nothing on this disk tells then which history it has, so
 * the next start begins a new generation.
 *
 * @param databasePath The path of the database; there may be none any more.
 * @param folder The folder of the engine's own files. Default: the usual one beside the database.
 * @throws {ReplicateError} `database-busy` when another process reads or writes, a running replicator above all.
 */
export async function forgetReplicas(databasePath: string, folder: string = metaPath(databasePath)): Promise<void> {
  if (await pathExists(databasePath)) emptyWal(databasePath);
  try {
    await Deno.remove(statePath(folder));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** A replicator's long read transaction makes SQLite answer that it is busy. */
function emptyWal(databasePath: string): void {
  const connection = connect(databasePath);
  try {
    const [busy] = firstRow(connection.prepare("PRAGMA wal_checkpoint(TRUNCATE)"));
    if (busy === 0) return;
  } catch (error) {
    throw asReplicateError(error);
  } finally {
    connection.close();
  }
  throw new ReplicateError(
    "database-busy",
    `Cannot reset "${databasePath}" as another process uses it: stop its replication first, and then the application`,
  );
}
