import { assert, assertEquals, assertFalse, assertRejects, assertThrows } from "@std/assert";
import { Database, DatabaseError } from "../../server/database.ts";
import { openSqlite } from "../support/sqlite.ts";
import { openFiles, TempFolder } from "./support.ts";

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("Database.open() creates the file and its folder with every setting in place", async () => {
  await using folder = new TempFolder();
  const path = folder.file("a b/ü #1?%.db");
  const database = await Database.open(path);
  const pragma = (name: string): unknown => database.query(`PRAGMA ${name}`)[0]?.[0];
  assertEquals(pragma("journal_mode"), "wal");
  assertEquals(pragma("synchronous"), 2);
  assertEquals(pragma("wal_autocheckpoint"), 0);
  assertEquals(pragma("busy_timeout"), 5000);
  database.limitWait(20);
  assertEquals(pragma("busy_timeout"), 20);
  assert(await exists(path));
  database.close();
});

Deno.test("Database never checkpoints while it is open", async () => {
  await using folder = new TempFolder();
  const database = await Database.open(folder.file("store.db"));
  database.query("CREATE TABLE t (x BLOB)");
  const before = (await Deno.stat(folder.file("store.db"))).size;
  for (let i = 0; i < 50; i++) database.query("INSERT INTO t VALUES (randomblob(200000))");
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

Deno.test("Database.query() tells a clash, a lock and a full disk apart", async () => {
  await using folder = new TempFolder();
  const database = await Database.open(folder.file("store.db"));
  database.query("CREATE TABLE t (id TEXT PRIMARY KEY, x BLOB)");
  database.query("INSERT INTO t VALUES ('a', NULL)");
  const kindOf = (sql: string): string => assertThrows(() => database.query(sql), DatabaseError).kind;
  assertEquals(kindOf("INSERT INTO t VALUES ('a', NULL)"), "clash");
  assertEquals(kindOf("INSERT INTO missing VALUES (1)"), "other");
  database.query("PRAGMA max_page_count = 5");
  assertEquals(kindOf("INSERT INTO t VALUES ('b', randomblob(100000))"), "full");
  database.limitWait(0);
  const other = openSqlite(folder.file("store.db"));
  other.exec("BEGIN IMMEDIATE");
  assertEquals(kindOf("INSERT INTO t VALUES ('c', NULL)"), "busy");
  other.exec("ROLLBACK");
  other[Symbol.dispose]();
  database.close();
});

Deno.test("Database.transaction() writes nothing when one statement fails", async () => {
  await using folder = new TempFolder();
  const database = await Database.open(folder.file("store.db"));
  const work = (): void => {
    database.query("CREATE TABLE t (x)");
    database.query("INSERT INTO missing VALUES (1)");
  };
  assertThrows(() => database.transaction(work), DatabaseError);
  assertEquals(database.query("SELECT name FROM sqlite_schema"), []);
  assertEquals(database.transaction(() => 5), 5);
  database.close();
});

Deno.test("Database.transaction() leaves none open when SQLite has ended it by itself", async () => {
  await using folder = new TempFolder();
  const database = await Database.open(folder.file("store.db"));
  database.query("CREATE TABLE t (x BLOB)");
  database.query("PRAGMA max_page_count = 5");
  const fill = (): unknown => database.transaction(() => database.query("INSERT INTO t VALUES (randomblob(100000))"));
  for (let i = 0; i < 2; i++) assertEquals(assertThrows(fill, DatabaseError).kind, "full");
  database.close();
});

Deno.test("Statement returns every kind of value, and leaves no read open that would hold a checkpoint back", async () => {
  await using folder = new TempFolder();
  const database = await Database.open(folder.file("store.db"));
  database.query("CREATE TABLE t (a, b, c, d)");
  const insert = database.prepare("INSERT INTO t VALUES (?, ?, ?, ?)");
  assertEquals(insert.run(["ü", 1.5, null, Uint8Array.of(0, 255).subarray(1)]), 1);
  insert.run(["second", 0, null, null]);
  const select = database.prepare("SELECT * FROM t");
  const [row] = select.all([]);
  assertEquals(row?.slice(0, 3), ["ü", 1.5, null]);
  assertEquals([...(row?.[3] as Uint8Array)], [255]);
  assertEquals([select.first([])?.[0], database.prepare("SELECT 1 FROM t WHERE a = ?").first(["x"])], ["ü", undefined]);
  const other = openSqlite(folder.file("store.db"));
  assertEquals(Object.values(other.all("PRAGMA wal_checkpoint(RESTART)")[0] ?? {})[0], 0);
  other[Symbol.dispose]();
  database.close();
});

Deno.test("Database.openForReading() reads under any name, refuses to write, and close() leaves no file open", async () => {
  await using folder = new TempFolder();
  const path = folder.file("ü #1?%.db");
  const writer = await Database.open(path);
  writer.query("CREATE TABLE t (a)");
  writer.query("INSERT INTO t VALUES (7)");
  writer.query("PRAGMA user_version = 5");
  const [merged, kept] = [folder.file("m #1?%.db"), folder.file("k.db")];
  for (const end of ["", "-wal"]) await Deno.copyFile(path + end, kept + end);
  writer.query("PRAGMA wal_checkpoint(TRUNCATE)");
  await Deno.copyFile(path, merged);
  for (const copy of [merged, kept]) {
    const database = Database.openForReading(copy);
    assertEquals(database.query("SELECT a FROM t"), [[7]]);
    assertEquals(database.query(`PRAGMA ${database.schema}.user_version`), [[5]]);
    assertThrows(() => database.query("INSERT INTO t VALUES (8)"), DatabaseError);
    assert(openFiles(copy).includes(copy));
    database.close();
    assertEquals(openFiles(copy), []);
  }
  assertEquals([await exists(`${merged}-wal`), await exists(`${merged}-shm`)], [false, false]);
  assertThrows(() => Database.openForReading(folder.file("none.db")), DatabaseError);
  assertFalse(await exists(folder.file("none.db")));
  writer.close();
});
