/** A WAL whose checksums were computed on a machine of the other byte order: SQLite goes on with it, and so do we. */

import { assert, assertEquals } from "@std/assert";
import { listReplica, readSegment } from "../../replicate/replica.ts";
import { copyDisk } from "../support/machine.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { Engine, folderStore, openApplication, withFolder } from "../support/replicator_fixture.ts";
import { headerOf, scanWal, withByteOrder } from "../support/wal_builder.ts";

/** A disk of a big-endian machine: a database with 30 rows in its WAL. */
async function bigEndianDisk(folder: string): Promise<string> {
  const path = `${folder}/native.db`;
  using application = openApplication(path);
  application.all("PRAGMA wal_autocheckpoint = 0");
  application.exec("CREATE TABLE note (id INTEGER PRIMARY KEY, body BLOB)");
  for (let i = 0; i < 30; i++) application.exec("INSERT INTO note (body) VALUES (randomblob(3000))");
  const copy = copyDisk(path, `${folder}/disk`);
  await Deno.writeFile(`${copy}-wal`, withByteOrder(await Deno.readFile(`${copy}-wal`), "big-endian"));
  return copy;
}

Deno.test("a big-endian WAL is followed while SQLite appends to it, resumed, and restored", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    let path = await bigEndianDisk(folder);
    {
      // As long as somebody reads the WAL it is not restarted, and so keeps its byte order.
      using reader = openApplication(path);
      reader.exec("BEGIN");
      assertEquals(reader.value("SELECT count(*) FROM note"), 30, "SQLite recovers it");
      await using engine = await Engine.start({ path, stores: [store] });
      await engine.fill(20, 5_000);
      await engine.synced();
      const wal = await Deno.readFile(`${path}-wal`);
      assertEquals(headerOf(wal).byteOrder, "big-endian");
      const end = scanWal(wal).lastCommit?.offset ?? 0;
      assert(engine.status?.position?.endsWith(`/00000000:${end}`), `${engine.status?.position} is at ${end}`);
      await assertRestoresEqual(store, path);
      path = copyDisk(path, `${folder}/next`);
    }
    const [generation] = await listReplica(store);
    const first = await readSegment(store, generation?.segments[0]?.key ?? "");
    assertEquals(headerOf(first).byteOrder, "big-endian");

    await using engine = await Engine.start({ path, stores: [store], settings: { minCheckpointPageCount: 40 } });
    await engine.fill(20, 5_000);
    await engine.happened("wal-restarted");
    await engine.fill(5);
    await engine.synced();
    assertEquals(await engine.stop(), "synced");
    assertEquals(engine.eventsOf("resumed").length, 1);
    assertEquals(engine.eventsOf("generation-started"), []);
    await assertRestoresEqual(store, path);
  });
});
