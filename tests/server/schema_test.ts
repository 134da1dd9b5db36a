import { assertEquals, assertRejects } from "@std/assert";
import { Database } from "../../server/database.ts";
import { migrate } from "../../server/schema.ts";
import { TempFolder } from "./support.ts";

const LOGPASTE_TABLE = "CREATE TABLE entries (id TEXT PRIMARY KEY, creation_time TEXT, contents TEXT)";

async function withDatabase(test: (database: Database) => Promise<void>): Promise<void> {
  await using folder = new TempFolder();
  const database = await Database.open(folder.file("store.db"));
  await test(database);
  database.close();
}

async function columns(database: Database): Promise<unknown[]> {
  return (await database.query("SELECT name FROM pragma_table_info('entries')")).map((row) => row[0]);
}

Deno.test("migrate() makes the table in an empty database, once", () =>
  withDatabase(async (database) => {
    assertEquals(await migrate(database), 2);
    assertEquals(await columns(database), ["id", "creation_time", "contents", "name"]);
    assertEquals(await migrate(database), 0);
  }));

Deno.test("migrate() keeps the pastes of a LogPaste database, whether it is numbered or not", async () => {
  for (const version of [0, 1]) {
    await withDatabase(async (database) => {
      await database.transaction([
        LOGPASTE_TABLE,
        "INSERT INTO entries VALUES ('aB3dE6gH', '2021-01-01T00:00:00Z', 'hello')",
        `PRAGMA user_version = ${version}`,
      ]);
      assertEquals(await migrate(database), 2 - version);
      assertEquals((await database.query("SELECT * FROM entries")).map((row) => [row[0], row[2], row[3]]), [
        ["aB3dE6gH", "hello", null],
      ]);
    });
  }
});

Deno.test("migrate() leaves other tables alone", () =>
  withDatabase(async (database) => {
    await database.run("CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)");
    await migrate(database);
    assertEquals((await database.query("SELECT count(*) FROM _litestream_seq"))[0]?.[0], 0);
  }));

Deno.test("migrate() throws when a newer version has written the database", () =>
  withDatabase(async (database) => {
    await database.run("PRAGMA user_version = 3");
    await assertRejects(() => migrate(database), Error, "must be at most version 2: current value is 3");
  }));

Deno.test("migrate() throws when the version promises columns that are not there", () =>
  withDatabase(async (database) => {
    await database.transaction([LOGPASTE_TABLE, "PRAGMA user_version = 2"]);
    await assertRejects(() => migrate(database), Error, "missing are name");
  }));
