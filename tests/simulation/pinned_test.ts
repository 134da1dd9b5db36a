/**
 * Readers that pin the WAL, and transactions larger than a segment.
 */

import { assert, assertEquals } from "@std/assert";
import { parseObjectKey } from "../../replicate/object_key.ts";
import { readSegment } from "../../replicate/replica.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { passTime } from "../support/pass_time.ts";
import { Engine, folderStore, openApplication, withFolder } from "../support/replicator_fixture.ts";
import { openSqlite } from "../support/sqlite.ts";
import { Writer } from "../support/writer.ts";

Deno.test("a long reader pins the WAL: it is told, nothing is bumped, and all is well once it ends", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const clock = new FakeClock();
    const store = folderStore(`${folder}/replica`);
    const settings = { minCheckpointPageCount: 12, monitorIntervalMs: 3_000 };
    await using engine = await Engine.start({ path, stores: [store], clock, settings });
    await engine.fill(3);
    await engine.synced();
    const reader = openApplication(path);
    reader.exec("BEGIN");
    reader.all("SELECT count(*) FROM note");
    await engine.fill(20);
    await engine.synced();
    const restarts = engine.eventsOf("wal-restarted").length;
    const position = engine.status?.position;
    const seq = engine.application.value("SELECT seq FROM _litestream_seq");

    await passTime(clock, 60_000);

    assertEquals(engine.eventsOf("checkpoint-pinned").length, 1);
    assertEquals(engine.eventsOf("wal-restarted").length, restarts);
    assertEquals(engine.application.value("SELECT seq FROM _litestream_seq"), seq, "no bump");
    assertEquals(engine.status?.position, position, "no upload while nothing is written");

    reader.exec("ROLLBACK"); // closing alone ends it only once its statements are collected
    reader[Symbol.dispose]();
    await passTime(clock, 60_000);
    assertEquals(engine.eventsOf("wal-restarted").length, restarts + 1);
    await engine.synced();
    assertEquals(engine.eventsOf("generation-started").length, 1);
    await engine.stop();
    await assertRestoresEqual(store, path);
  });
});

Deno.test("no frame is lost when readers pin the WAL now and then under writers at full speed", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const store = folderStore(`${folder}/replica`);
    await using engine = await Engine.start({ path, stores: [store], settings: { minCheckpointPageCount: 12 } });
    const onCommitted = (): void => engine.noticeCommit();
    await using first = await Writer.start({ path, seed: 11, onCommitted });
    await using second = await Writer.start({ path, seed: 12, onCommitted });
    for (let round = 0; round < 10; round++) {
      await engine.happened("wal-restarted", engine.eventsOf("wal-restarted").length + 20);
      const reader = openApplication(path);
      reader.exec("BEGIN");
      reader.all("SELECT count(*) FROM entry");
      const notice = engine.lastNotice + 20;
      await engine.until(() => (engine.status?.syncedNotice ?? 0) >= notice);
      reader[Symbol.dispose]();
    }
    await Promise.all([first.stop(), second.stop()]);
    engine.noticeCommit();
    assertEquals(await engine.stop(), "synced");
    assertEquals(engine.eventsOf("generation-started").length, 1);
    await assertRestoresEqual(store, path);
  });
});

Deno.test("a transaction larger than a segment is cut; one that spilled and was rolled back leaves no trace", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const store = folderStore(`${folder}/replica`);
    const segmentBytesMax = 65_536;
    await using engine = await Engine.start({ path, stores: [store], settings: { segmentBytesMax } });
    await engine.fill(1);
    await engine.synced();
    const spill = openApplication(path);
    spill.exec("PRAGMA cache_size = 10");
    spill.exec("BEGIN IMMEDIATE");
    for (let i = 0; i < 100; i++) spill.exec("INSERT INTO note (body) VALUES (randomblob(10000))");
    const spilledBytes = (await Deno.stat(`${path}-wal`)).size;
    assert(spilledBytes > 500_000, "uncommitted frames are in the WAL");
    const { position } = engine.status ?? {};
    for (let i = 0; i < 3; i++) engine.noticeCommit(); // has it look
    await engine.until(() => engine.status?.syncedNotice === engine.lastNotice);
    assertEquals(engine.status?.position, position, "nothing uncommitted is uploaded");
    spill.exec("ROLLBACK");
    await engine.commit("INSERT INTO note (body) VALUES ('after the rollback')");
    await engine.synced();
    spill.exec("BEGIN IMMEDIATE");
    for (let i = 0; i < 60; i++) spill.exec("INSERT INTO note (body) VALUES (randomblob(10000))");
    spill.exec("COMMIT");
    spill[Symbol.dispose]();
    engine.noticeCommit();
    await engine.synced();
    assertEquals(await engine.stop(), "synced");

    const sizes: number[] = [];
    for await (const { key } of store.list("generations/")) {
      if (parseObjectKey(key)?.type === "segment") sizes.push((await readSegment(store, key)).byteLength);
    }
    assert(sizes.every((size) => size <= segmentBytesMax), `no segment is larger: ${sizes}`);
    assert(sizes.length > 9, "the large transaction was cut");
    await assertRestoresEqual(store, path);
    using sqlite = openSqlite(path);
    assertEquals(sqlite.value("SELECT count(*) FROM note"), 62);
  });
});
