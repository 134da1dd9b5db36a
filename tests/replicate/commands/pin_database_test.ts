import { assert, assertEquals, assertRejects } from "@std/assert";
import { pinDatabase } from "../../../replicate/commands/pin_database.ts";
import { systemClock } from "../../../replicate/clock.ts";
import { ReplicateError } from "../../../replicate/errors.ts";
import { WalFile } from "../../../replicate/wal_file.ts";
import { openApplication, withFolder } from "../../support/replicator_fixture.ts";

const { signal } = new AbortController();

/** A clock for which every pause is over at once. */
function hastyClock(): { now: () => number; monotonic: () => number; sleep: (ms: number) => Promise<void> } {
  let nowMs = 0;
  return { now: () => nowMs, monotonic: () => nowMs, sleep: (ms) => Promise.resolve(void (nowMs += ms)) };
}

Deno.test("pinDatabase() tells where the WAL's last commit ends, and leaves WAL, database and lock as they are", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    using application = openApplication(path);
    application.exec("CREATE TABLE item (body)");
    const { read, wal } = await pinDatabase(path, { clock: systemClock, signal });
    assertEquals(wal?.offset, (await Deno.stat(`${path}-wal`)).size);
    application.exec("INSERT INTO item VALUES (randomblob(9000))");
    assertEquals(read.pageCount, 2);
    read[Symbol.dispose]();
    const later = await pinDatabase(path, { clock: systemClock, signal });
    assertEquals(later.wal?.header, wal?.header);
    assert((later.wal?.offset ?? 0) > (wal?.offset ?? 0));
    later.read[Symbol.dispose]();
  });
});

Deno.test("pinDatabase() does not delete the WAL, although it is the last to have the database open", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const application = openApplication(path);
    application.exec("CREATE TABLE item (body)");
    const { read } = await pinDatabase(path, { clock: systemClock, signal });
    read[Symbol.dispose]();
    application[Symbol.dispose]();
    using walFile = new WalFile(path);
    assert(await walFile.readHeader());
  });
});

Deno.test("pinDatabase() looks at a database without a WAL too, and does not give it one", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    using application = openApplication(path);
    application.all("PRAGMA journal_mode = DELETE");
    application.exec("CREATE TABLE item (body)");
    const { read, wal } = await pinDatabase(path, { clock: systemClock, signal });
    assertEquals([read.pageCount, wal], [2, null]);
    read[Symbol.dispose]();
    assertEquals(application.value("PRAGMA journal_mode"), "delete");
  });
});

Deno.test("pinDatabase() gives up when others keep the lock", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    using application = openApplication(path);
    application.exec("CREATE TABLE item (body); BEGIN IMMEDIATE");
    const error = await assertRejects(() => pinDatabase(path, { clock: hastyClock(), signal }), ReplicateError);
    assertEquals(error.code, "database-busy");
    application.exec("ROLLBACK");
  });
});
