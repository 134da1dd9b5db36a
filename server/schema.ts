/**
 * The database's tables, and the numbered steps that lead to them.
 *
 * Other tables in the same file (`_litestream_seq` and the like) are none of the service's business.
 *
 * @module
 */

import type { Database } from "./database.ts";

interface Migration {
  /** The value of `PRAGMA user_version` after it. */
  readonly version: number;
  readonly statements: readonly string[];
}

/** In order, without gaps. Never change one that has been released: add another. */
const MIGRATIONS: readonly Migration[] = [
  {
    // LogPaste's own table, so that its databases open as they are. A rowid table on purpose: with the ids as
    // primary tree, every insert would rewrite pages that hold whole pastes.
    version: 1,
    statements: [
      "CREATE TABLE IF NOT EXISTS entries (id TEXT PRIMARY KEY, creation_time TEXT, contents TEXT)",
    ],
  },
  { version: 2, statements: ["ALTER TABLE entries ADD COLUMN name TEXT"] },
  {
    version: 3,
    statements: [
      // How the contents are compressed, NULL for not at all; and how many bytes they were before.
      "ALTER TABLE entries ADD COLUMN coding TEXT",
      "ALTER TABLE entries ADD COLUMN plain_size INTEGER",
      // In seconds since 1970; NULL for never.
      "ALTER TABLE entries ADD COLUMN expires_at INTEGER",
      // 1 for a paste that is gone with its first reader.
      "ALTER TABLE entries ADD COLUMN burn INTEGER",
      // SHA-256 of the token that may delete it; NULL for pastes from before there were any.
      "ALTER TABLE entries ADD COLUMN delete_hash BLOB",
      // Partial, so that a paste without an end costs no page of it.
      "CREATE INDEX entries_expires_at ON entries (expires_at) WHERE expires_at IS NOT NULL",
    ],
  },
];

/** What the service reads and writes. */
const COLUMNS: readonly string[] = [
  ...["id", "creation_time", "contents", "name"],
  ...["coding", "plain_size", "expires_at", "burn", "delete_hash"],
];

/**
 * Brings a database to the current schema; does not write when it is there already.
 *
 * @param database The open database.
 * @returns How many steps were taken, each of them one commit.
 * @throws {Error} When a newer version, or another program, has changed the database.
 * @throws {DatabaseError} When SQLite refuses a step.
 */
export function migrate(database: Database): number {
  const current = Number(database.query("PRAGMA user_version")[0]?.[0]);
  const newest = MIGRATIONS.length;
  if (current > newest) {
    throw new Error(
      `Cannot open the database as its schema must be at most version ${newest}: current value is ${current}`,
    );
  }
  const steps = MIGRATIONS.filter((migration) => migration.version > current);
  for (const { version, statements } of steps) {
    database.transaction(() => {
      for (const statement of [...statements, `PRAGMA user_version = ${version}`]) database.query(statement);
    });
  }
  verifyColumns(database);
  return steps.length;
}

/**
 * Tells whether a database has the current schema, without changing it.
 *
 * @param database The open database.
 * @returns Whether it can be read as it is.
 */
export function isCurrent(database: Database): boolean {
  const version = Number(database.query(`PRAGMA ${database.schema}.user_version`)[0]?.[0]);
  return version === MIGRATIONS.length && missingColumns(database).length === 0;
}

function missingColumns(database: Database): readonly string[] {
  const present = new Set(database.query("SELECT name FROM pragma_table_info('entries')").map(([name]) => name));
  return COLUMNS.filter((column) => !present.has(column));
}

function verifyColumns(database: Database): void {
  const missing = missingColumns(database);
  if (missing.length > 0) {
    throw new Error(
      `Cannot open the database as its table "entries" must have the columns ${COLUMNS.join(", ")}: ` +
        `missing are ${missing.join(", ")}`,
    );
  }
}
