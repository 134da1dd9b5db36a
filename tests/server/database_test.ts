import { assert, assertEquals, assertRejects } from "@std/assert";
import { createClient } from "@libsql/client";
import { Database, DatabaseError } from "../../server/database.ts";
import { TempFolder } from "./support.ts";

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("Database.open() creates the file and its folder with every setting in place", async () => {
  await using folder = new TempFolder();
  const path = folder.file("a b/ü #1?%.db");
  const database = await Database.open(path);
  const pragma = async (name: string) => (await database.query(`PRAGMA ${name}`))[0]?.[0];
  assertEquals(await pragma("journal_mode"), "wal");
  assertEquals(await pragma("synchronous"), 2);
  assertEquals(await pragma("wal_autocheckpoint"), 0);
  assertEquals(await pragma("busy_timeout"), 5000);
  assert(await exists(path));
  database.close();
});

Deno.test("Database never checkpoints while it is open", async () => {
  await using folder = new TempFolder();
  const database = await Database.open(folder.file("store.db"));
  await database.run("CREATE TABLE t (x BLOB)");
  const before = (await Deno.stat(folder.file("store.db"))).size;
  for (let i = 0; i < 50; i++) await database.run("INSERT INTO t VALUES (randomblob(200000))");
  assertEquals((await Deno.stat(folder.file("store.db"))).size, before);
  assert((await Deno.stat(folder.file("store.db-wal"))).size > 10_000_000);
  database.close();
});

Deno.test("Database.open() throws when the file is no database", async () => {
  await using folder = new TempFolder();
  await Deno.writeTextFile(folder.file("store.db"), "not a database, but long enough for a header ".repeat(50));
  await assertRejects(() => Database.open(folder.file("store.db")), DatabaseError);
});

Deno.test("Database.open() throws when the journal cannot be a WAL", async () => {
  await assertRejects(
    () => Database.open(":memory:"),
    Error,
    '"PRAGMA journal_mode" must be wal: current value is memory',
  );
});

Deno.test("Database.run() tells a clash, a lock and a full disk apart", async () => {
  await using folder = new TempFolder();
  const database = await Database.open(folder.file("store.db"));
  await database.run("CREATE TABLE t (id TEXT PRIMARY KEY, x BLOB)");
  await database.run("INSERT INTO t VALUES ('a', NULL)");
  const kindOf = async (sql: string) => (await assertRejects(() => database.run(sql), DatabaseError)).kind;
  assertEquals(await kindOf("INSERT INTO t VALUES ('a', NULL)"), "clash");
  assertEquals(await kindOf("INSERT INTO missing VALUES (1)"), "other");
  await database.run("PRAGMA max_page_count = 5");
  assertEquals(await kindOf("INSERT INTO t VALUES ('b', randomblob(100000))"), "full");
  await database.run("PRAGMA busy_timeout = 0");
  const other = createClient({ url: `file:${folder.file("store.db")}`, concurrency: 1 });
  const lock = await other.transaction("write");
  assertEquals(await kindOf("INSERT INTO t VALUES ('c', NULL)"), "busy");
  await lock.rollback();
  other.close();
  database.close();
});

Deno.test("Database.transaction() writes nothing when one statement fails", async () => {
  await using folder = new TempFolder();
  const database = await Database.open(folder.file("store.db"));
  await assertRejects(
    () => database.transaction(["CREATE TABLE t (x)", "INSERT INTO missing VALUES (1)"]),
    DatabaseError,
  );
  assertEquals(await database.query("SELECT name FROM sqlite_schema"), []);
  database.close();
});
