/**
 * Connections to the database: the only place of the engine that knows the SQLite library.
 *
 * @module
 */

import Sqlite from "libsql";
import { ReplicateError } from "./errors.ts";
import { asReplicateError } from "./sqlite_error.ts";
import { firstRow } from "./sqlite_query.ts";

/** A connection to the database. */
export type Connection = InstanceType<typeof Sqlite>;

/** How long a connection of ours waits for a lock of another's, in milliseconds. */
export const BUSY_TIMEOUT_MS = 1_000;

/**
 * Opens a connection that never checkpoints on its own, and waits for locks for a second.
 *
 * @param path The path of a database that is there.
 * @throws {ReplicateError} `database-busy`, or `internal` when SQLite refuses.
 */
export function connect(path: string): Connection {
  let connection: Connection | null = null;
  try {
    Deno.statSync(path); // the library makes a file that is not there, whatever it is told
    connection = new Sqlite(path);
    verifiedPragma(connection, "busy_timeout", BUSY_TIMEOUT_MS);
    verifiedPragma(connection, "journal_mode", "wal");
    verifiedPragma(connection, "synchronous", 2);
    verifiedPragma(connection, "wal_autocheckpoint", 0);
    return connection;
  } catch (error) {
    connection?.close();
    throw asReplicateError(error);
  }
}

/**
 * Opens a database that nobody writes to, to look at it only: without locks, and without files beside it.
 *
 * @param path The path of a database that is there, and whose WAL is empty.
 * @throws {ReplicateError} `internal` when SQLite refuses.
 */
export function connectImmutable(path: string): Connection {
  Deno.statSync(path);
  try {
    return new Sqlite(`file:${path.replace(/[%?#]/g, encodeURIComponent)}?immutable=1`); // SQLite's URI filenames, §3.3
  } catch (error) {
    throw asReplicateError(error);
  }
}

/**
 * Opens a connection that leaves the database as it is, in whatever journal mode.
 *
 * @param path The path of a database that is there.
 * @throws {ReplicateError} `internal` when SQLite refuses.
 */
export function connectAsIs(path: string): Connection {
  Deno.statSync(path);
  try {
    const connection = new Sqlite(path);
    verifiedPragma(connection, "wal_autocheckpoint", 0);
    return connection;
  } catch (error) {
    throw asReplicateError(error);
  }
}

/** Opens four connections, or none. */
export function connectAll(path: string): [Connection, Connection, Connection, Connection] {
  const open: Connection[] = [];
  const next = (): Connection => {
    const connection = connect(path);
    open.push(connection);
    return connection;
  };
  try {
    return [next(), next(), next(), next()];
  } catch (error) {
    for (const connection of open) connection.close();
    throw error;
  }
}

/** Ends a transaction that SQLite may have ended already, as it does on some errors. */
export function rollback(connection: Connection): void {
  if (connection.inTransaction) connection.exec("ROLLBACK");
}

/** Sets a pragma and reads it back. */
export function verifiedPragma(connection: Connection, name: string, wanted: number | string): void {
  connection.prepare(`PRAGMA ${name} = ${wanted}`).all();
  const [current] = firstRow(connection.prepare(`PRAGMA ${name}`));
  if (current !== wanted) {
    throw new ReplicateError(
      "internal",
      `Cannot replicate the database as its "${name}" must be "${wanted}": current value is "${current}"`,
    );
  }
}
