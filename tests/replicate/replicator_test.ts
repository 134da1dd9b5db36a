/** The engine as a whole: start, stop, and who waits for whom. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import { Replicator } from "../../replicate/replicator.ts";
import { copyDisk, Machine } from "../support/machine.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { Engine, folderStore, QUICK, withFolder } from "../support/replicator_fixture.ts";
import { S3Server } from "../support/s3_server.ts";
import { storeOn } from "../support/s3_server_store.ts";

Deno.test("Replicator waits for the application to make its database", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const store = folderStore(`${folder}/replica`);
    await using engine = await Engine.start({ path, stores: [store] });
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
    await engine.fill(1);
    await engine.synced();
    assertEquals(await engine.stop(), "synced");
    await assertRestoresEqual(store, path);
  });
});

Deno.test("Replicator rejects to start before it is prepared", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    await Deno.writeTextFile(path, "not empty");
    const replicator = new Replicator({
      databasePath: path,
      stores: [],
      onStale: "restore",
      fencing: "off",
      closesLog: false,
      readers: { open: () => undefined, close: () => Promise.resolve() },
      settings: QUICK,
      gate: { hold: () => Promise.resolve(), release: () => undefined },
      clock: systemClock,
      random: Math.random,
      emit: () => undefined,
      onStatus: () => undefined,
    });
    replicator.start();
    await assertRejects(() => replicator.ended, TypeError, "prepare()");
  });
});

Deno.test("Replicator.stop() uploads what is left, ends its transactions, and leaves the WAL where it is", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const store = folderStore(`${folder}/replica`);
    const settings = { syncIntervalMs: 3_600_000 };
    await using engine = await Engine.start({ path, stores: [store], settings });
    await engine.fill(1);
    await engine.synced();
    for (let i = 0; i < 20; i++) await engine.commit("INSERT INTO note (body) VALUES ('waits for the interval')");
    assert((engine.status?.syncedNotice ?? 0) < engine.lastNotice);
    assertEquals(await engine.stop(), "synced");
    assertEquals(engine.status?.syncedNotice, engine.lastNotice);
    assert((await Deno.stat(`${path}-wal`)).size > 20 * 4096);
    await assertRestoresEqual(store, path);
    engine.application.exec("BEGIN IMMEDIATE; COMMIT");
  });
});

Deno.test("Replicator holds the application's commits around a barrier, and releases them", async () => {
  await withFolder(async (folder) => {
    let holds = 0;
    const store = folderStore(`${folder}/replica`);
    const settings = { minCheckpointPageCount: 10 };
    const onHold = (): Promise<void> => Promise.resolve(void holds++);
    await using engine = await Engine.start({ path: `${folder}/app.db`, stores: [store], settings, onHold });
    for (let i = 0; i < 60; i++) {
      await engine.fill(1); // waits while commits are held
      if (i % 5 === 0) await engine.synced();
    }
    await engine.happened("wal-restarted", 3);
    await engine.synced();
    assert(holds >= 3);
  });
});

Deno.test("of two instances on one replica, one is fenced at its next write, and the other goes on", async () => {
  await withFolder(async (folder) => {
    await using server = await S3Server.start();
    await using first = await Machine.boot({ server, path: `${folder}/one.db` });
    await first.engine.fill(2);
    await first.engine.synced();
    const path = await first.crash(`${folder}/two`);
    await using second = await Machine.boot({ server, path });
    await second.engine.synced();
    await using third = await Machine.boot({ server, path: copyDisk(path, `${folder}/three`) });
    await third.engine.synced();
    // Both resumed the same generation: they want the same key.
    await second.engine.commit("INSERT INTO note (body) VALUES ('the second')");
    await second.engine.synced();
    await third.engine.commit("INSERT INTO note (body) VALUES ('the third')");
    await third.engine.happened("fenced");
    await second.engine.commit("INSERT INTO note (body) VALUES ('goes on')");
    await second.engine.synced();
    assertEquals(await second.engine.stop(), "synced");
    await assertRestoresEqual(storeOn(server), second.path);
  });
});
