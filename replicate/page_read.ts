/**
 * Reading the pages of a database as they were at one instant.
 *
 * @module
 */

import { type Connection, rollback } from "./connection.ts";
import { ReplicateError } from "./errors.ts";
import type { SnapshotRead } from "./snapshot.ts";
import { firstRow } from "./sqlite_query.ts";

/**
 * Begins a read transaction that sees the database as it is now.
 *
 * @param connection A connection that nothing else is done with meanwhile.
 * @returns The pages; the transaction ends when it is disposed of.
 * @throws {Error} SQLite's, and no transaction is left.
 */
export function beginPageRead(connection: Connection): SnapshotRead {
  try {
    connection.exec("BEGIN");
    const pageCount = Number(firstRow(connection.prepare("PRAGMA page_count"))[0]);
    const pageBytes = Number(firstRow(connection.prepare("PRAGMA page_size"))[0]);
    const select = connection.prepare("SELECT data FROM sqlite_dbpage WHERE pgno = ?");
    const readPage = (pageNumber: number): Uint8Array => asBytes(firstRow(select, pageNumber)[0]);
    return { pageCount, pageBytes, readPage, [Symbol.dispose]: () => rollback(connection) };
  } catch (error) {
    rollback(connection);
    throw error;
  }
}

function asBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new ReplicateError("internal", "Cannot read a page of the database as SQLite has none under its number");
}
