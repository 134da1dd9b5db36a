import { assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import { Database } from "../../server/database.ts";
import { isCurrent, migrate } from "../../server/schema.ts";
import { TempFolder } from "./support.ts";

const COLUMNS = [
  ...["id", "creation_time", "contents", "name"],
  ...["coding", "plain_size", "expires_at", "burn", "delete_hash"],
];

const LOGPASTE_TABLE = "CREATE TABLE entries (id TEXT PRIMARY KEY, creation_time TEXT, contents TEXT)";

async function withDatabase(test: (database: Database) => void): Promise<void> {
  await using folder = new TempFolder();
  const database = await Database.open(folder.file("store.db"));
  test(database);
  database.close();
}

function columns(database: Database): unknown[] {
  return database.query("SELECT name FROM pragma_table_info('entries')").map((row) => row[0]);
}

Deno.test("migrate() makes the table in an empty database, once", () =>
  withDatabase((database) => {
    assertEquals(migrate(database), 3);
    assertEquals(columns(database), COLUMNS);
    assertEquals(migrate(database), 0);
  }));

Deno.test("migrate() keeps the pastes of a LogPaste database, whether it is numbered or not", async () => {
  for (const version of [0, 1]) {
    await withDatabase((database) => {
      database.query(LOGPASTE_TABLE);
      database.query("INSERT INTO entries VALUES ('aB3dE6gH', '2021-01-01T00:00:00Z', 'hello')");
      database.query(`PRAGMA user_version = ${version}`);
      assertEquals(migrate(database), 3 - version);
      assertEquals(database.query("SELECT * FROM entries").map((row) => [row[0], row[2], row[3]]), [
        ["aB3dE6gH", "hello", null],
      ]);
    });
  }
});

Deno.test("migrate() leaves other tables alone", () =>
  withDatabase((database) => {
    database.query("CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)");
    migrate(database);
    assertEquals(database.query("SELECT count(*) FROM _litestream_seq")[0]?.[0], 0);
  }));

Deno.test("migrate() throws when a newer version has written the database", () =>
  withDatabase((database) => {
    database.query("PRAGMA user_version = 4");
    assertThrows(() => migrate(database), Error, "must be at most version 3: current value is 4");
  }));

Deno.test("migrate() throws when the version promises columns that are not there", () =>
  withDatabase((database) => {
    database.query(LOGPASTE_TABLE);
    database.query("PRAGMA user_version = 3");
    assertThrows(() => migrate(database), Error, "missing are name, coding, plain_size, expires_at, burn, delete_hash");
  }));

Deno.test("migrate() makes an index that pastes without an end are not in, and that a sweep uses", () =>
  withDatabase((database) => {
    migrate(database);
    const plan = "EXPLAIN QUERY PLAN SELECT id FROM entries WHERE expires_at <= 5 ORDER BY expires_at LIMIT 9";
    assertStringIncludes(String(database.query(plan)[0]?.[3]), "USING INDEX entries_expires_at");
    const pages = (): unknown =>
      database.query("SELECT count(*) FROM dbstat WHERE name = 'entries_expires_at'")[0]?.[0];
    for (let i = 0; i < 2000; i++) database.query("INSERT INTO entries (id, contents) VALUES (?, 'x')", [`${i}`]);
    assertEquals(database.query("SELECT sql FROM sqlite_schema WHERE name = 'entries_expires_at'").length, 1);
    assertEquals(pages(), 1);
  }));

Deno.test("isCurrent() is true for the current schema only, and changes nothing", () =>
  withDatabase((database) => {
    const version = (): unknown => database.query("PRAGMA user_version")[0]?.[0];
    assertEquals([isCurrent(database), version()], [false, 0]);
    migrate(database);
    const newest = version();
    assertEquals([isCurrent(database), version()], [true, newest]);
    for (const other of [1, 99]) {
      database.query(`PRAGMA user_version = ${other}`);
      assertEquals([isCurrent(database), version()], [false, other]);
    }
    database.query(`PRAGMA user_version = ${newest}`);
    database.query("ALTER TABLE entries DROP COLUMN burn");
    assertFalse(isCurrent(database));
  }));
