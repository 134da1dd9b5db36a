/**
 * Real SQLite, as the tests' oracle: a connection of its own, beside whatever the code under test opens.
 *
 * @module
 */

import Database from "libsql";

/** A row: values by the names of the columns. */
export type Row = Readonly<Record<string, unknown>>;

/** A connection to a database. */
export interface Sqlite extends Disposable {
  /** Runs statements that return nothing of interest. */
  exec(sql: string): void;
  /** Runs one statement and returns its rows. */
  all(sql: string): Row[];
  /** Runs one statement and returns the first column of its first row. */
  value(sql: string): unknown;
}

/**
 * Opens a database, and creates it where there is none.
 *
 * @param path The database file.
 * @returns The connection; `using` closes it.
 */
export function openSqlite(path: string): Sqlite {
  const database = new Database(path);
  const all = (sql: string): Row[] => database.prepare(sql).all() as Row[];
  return {
    exec: (sql) => void database.exec(sql),
    all,
    value: (sql) => Object.values(all(sql)[0] ?? {})[0],
    [Symbol.dispose]: () => void database.close(),
  };
}
