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
];

/** What the service reads and writes. */
const COLUMNS: readonly string[] = ["id", "creation_time", "contents", "name"];

/**
 * Brings a database to the current schema; does not write when it is there already.
 *
 * @param database The open database.
 * @returns How many steps were taken, each of them one commit.
 * @throws {Error} When a newer version, or another program, has changed the database.
 * @throws {DatabaseError} When SQLite refuses a step.
 */
export async function migrate(database: Database): Promise<number> {
  const current = Number((await database.query("PRAGMA user_version"))[0]?.["user_version"]);
  const newest = MIGRATIONS.length;
  if (current > newest) {
    throw new Error(
      `Cannot open the database as its schema must be at most version ${newest}: current value is ${current}`,
    );
  }
  const steps = MIGRATIONS.filter((migration) => migration.version > current);
  for (const { version, statements } of steps) {
    await database.transaction([...statements, `PRAGMA user_version = ${version}`]);
  }
  await verifyColumns(database);
  return steps.length;
}

async function verifyColumns(database: Database): Promise<void> {
  const rows = await database.query("SELECT name FROM pragma_table_info('entries')");
  const present = new Set(rows.map((row) => row["name"]));
  const missing = COLUMNS.filter((column) => !present.has(column));
  if (missing.length > 0) {
    throw new Error(
      `Cannot open the database as its table "entries" must have the columns ${COLUMNS.join(", ")}: ` +
        `missing are ${missing.join(", ")}`,
    );
  }
}
