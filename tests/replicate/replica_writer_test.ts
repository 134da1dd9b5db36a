/** What one replica's writer tells while it works; what it does under faults is tested by the simulations. */

import { assert, assertEquals } from "@std/assert";
import { parsePosition } from "../../replicate/position.ts";
import type { WriterStatus } from "../../replicate/writer_status.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { Engine, folderStore, withFolder } from "../support/replicator_fixture.ts";

Deno.test("ReplicaWriter.status tells role, position and lag, and counts nothing as synced without a snapshot", async () => {
  await withFolder(async (folder) => {
    const clock = new FakeClock();
    const store = folderStore(`${folder}/replica`);
    await using engine = await Engine.start({ path: `${folder}/app.db`, stores: [store], clock });
    await engine.fill(3);
    await engine.synced();
    const told = engine.statuses.flatMap(([status]): WriterStatus[] => status ? [status] : []);
    assert(told.every(({ replica }) => replica === store.url));
    const firstSynced = told.findIndex(({ syncedNotice }) => syncedNotice > 0);
    const written = engine.eventsOf("snapshot-written").length;
    assertEquals(written, 1);
    assert(told.slice(0, firstSynced).some(({ position }) => position !== null), "segments come before the snapshot");
    const last = engine.status;
    assertEquals([last?.role, last?.lagBytes, last?.error, last?.syncedNotice], ["writer", 0, null, engine.lastNotice]);
    assertEquals(last?.lastSyncAtMs, clock.now());
    assert(parsePosition(last?.position ?? "").offset > 32);
  });
});

Deno.test("ReplicaWriter finds what other processes commit without a notice", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    await using engine = await Engine.start({ path: `${folder}/app.db`, stores: [store] });
    await engine.fill(1);
    await engine.synced();
    const before = engine.status?.position;
    engine.application.exec("INSERT INTO note (body) VALUES ('nobody tells')");
    await engine.until(() => engine.status?.position !== before);
    assertEquals(engine.status?.lagBytes, 0);
  });
});

Deno.test("ReplicaWriter uploads a backlog in segments, and joins what waits", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    const path = `${folder}/app.db`;
    const settings = { segmentBytesMax: 50_000 };
    await using engine = await Engine.start({ path, stores: [store], settings });
    await engine.fill(1);
    await engine.synced();
    const before = (await Array.fromAsync(store.list("generations/"))).length;
    for (let i = 0; i < 100; i++) engine.application.exec("INSERT INTO note (body) VALUES (randomblob(3000))");
    engine.noticeCommit();
    await engine.synced();
    const after = (await Array.fromAsync(store.list("generations/"))).length;
    const walBytes = (await Deno.stat(`${path}-wal`)).size;
    assert(after - before >= Math.floor(walBytes / 50_000) && after - before < 40, `${after - before} segments`);
  });
});
