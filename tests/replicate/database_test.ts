import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { type Clock, systemClock } from "../../replicate/clock.ts";
import { Database } from "../../replicate/database.ts";
import { ReplicateError } from "../../replicate/errors.ts";
import { withDatabase } from "../support/database_scene.ts";
import { readPages } from "../support/page_compare.ts";
import { openApplication, withFolder } from "../support/replicator_fixture.ts";

/** For it, waiting for a lock is over soon. */
const hastyClock: Clock = { ...systemClock, monotonic: () => systemClock.monotonic() * 50 };

Deno.test("Database.open() makes Litestream's two tables, once", async () => {
  await withDatabase(hastyClock, async ({ application, path }) => {
    const tables = "SELECT name, sql FROM sqlite_master WHERE name LIKE '\\_litestream%' ESCAPE '\\' ORDER BY name";
    assertEquals(application.all(tables), [
      { name: "_litestream_lock", sql: "CREATE TABLE _litestream_lock (id INTEGER)" },
      { name: "_litestream_seq", sql: "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)" },
    ]);
    const { size } = await Deno.stat(`${path}-wal`);
    (await Database.open(path, hastyClock)).close();
    assertEquals((await Deno.stat(`${path}-wal`)).size, size, "a second open writes nothing");
  });
});

Deno.test("Database.open() rejects for now when somebody keeps the write lock", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    using application = openApplication(path);
    application.exec("CREATE TABLE note (id INTEGER PRIMARY KEY)");
    application.exec("BEGIN IMMEDIATE");
    const error = await assertRejects(() => Database.open(path, hastyClock), ReplicateError);
    assertEquals([error.code, error.retryable], ["database-busy", true]);
  });
});

Deno.test("Database.tryLockWrites() keeps others from writing until the lock is given back", async () => {
  await withDatabase(hastyClock, async ({ database, application }) => {
    assert(await database.tryLockWrites());
    let refused: unknown;
    try {
      application.exec("INSERT INTO note DEFAULT VALUES");
    } catch (error) {
      refused = error;
    }
    assert(String(refused).includes("locked"));
    database.unlockWrites();
    database.unlockWrites();
    application.exec("INSERT INTO note DEFAULT VALUES");
    application.exec("BEGIN IMMEDIATE");
    assertFalse(await database.tryLockWrites());
    application.exec("ROLLBACK");
  });
});

Deno.test("Database.checkpoint() copies what no reader holds back, and says whether that is all", async () => {
  await withDatabase(hastyClock, ({ database, application }) => {
    database.holdRead();
    application.exec("INSERT INTO note DEFAULT VALUES");
    const held = database.checkpoint();
    assert(held.checkpointedFrames < held.walFrames);
    database.holdRead();
    const complete = database.checkpoint();
    assertEquals(complete.checkpointedFrames, complete.walFrames);
    assertFalse(complete.isBusy);
  });
});

Deno.test("Database.bump() restarts the WAL after a complete checkpoint, and only then", async () => {
  await withDatabase(hastyClock, async ({ database, application, path }) => {
    const salts = async (): Promise<string> => (await Deno.readFile(`${path}-wal`)).subarray(16, 24).toHex();
    application.exec("INSERT INTO note DEFAULT VALUES");
    const before = await salts();
    await database.bump();
    assertEquals(await salts(), before);
    database.checkpoint();
    await database.bump();
    assert(await salts() !== before);
    assertEquals(application.value("SELECT seq FROM _litestream_seq"), 2);
    database.checkpoint();
    database.holdRead();
    database.releaseRead();
    database.ensureRead();
    await assertRejects(async () => {
      application.exec("BEGIN IMMEDIATE");
      await database.bump().finally(() => application.exec("ROLLBACK"));
    }, ReplicateError);
  });
});

Deno.test("Database.openSnapshot() shows the database as it was, whatever is written meanwhile", async () => {
  await withDatabase(hastyClock, ({ database, application, path }) => {
    for (let i = 0; i < 20; i++) application.exec("INSERT INTO note (body) VALUES (randomblob(3000))");
    const before = readPages(path);
    using read = database.openSnapshot();
    application.exec("UPDATE note SET body = zeroblob(9000)");
    assertEquals(read.pageCount, before.length);
    assertEquals(read.pageBytes, 4096);
    for (const [i, page] of before.entries()) assertEquals(new Uint8Array(read.readPage(i + 1)), page);
  });
});

Deno.test("Database.sizeBytes follows the commits of others", async () => {
  await withDatabase(hastyClock, ({ database, application, path }) => {
    database.holdRead();
    const before = database.sizeBytes;
    assertEquals(before, 4_096 * readPages(path).length);
    application.exec("CREATE TABLE large AS SELECT zeroblob(1000000)");
    assert(database.sizeBytes > before + 1_000_000);
  });
});

Deno.test("Database.endTransactions() gives every lock back, a snapshot's too", async () => {
  await withDatabase(hastyClock, async ({ database, application }) => {
    database.holdRead();
    database.openSnapshot();
    await database.tryLockWrites();
    database.endTransactions();
    application.exec("INSERT INTO note DEFAULT VALUES");
    const [row] = application.all("PRAGMA wal_checkpoint(TRUNCATE)");
    assertEquals(row, { busy: 0, log: 0, checkpointed: 0 });
  });
});
