/**
 * Days of a service on a clock that is moved by hand: snapshots come in time, what is old goes, and every state within the
 * retention can be restored at each step.
 */

import { assert, assertEquals } from "@std/assert";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { passTime } from "../support/pass_time.ts";
import { Engine, withFolder } from "../support/replicator_fixture.ts";
import { DAY_MS, HOUR_MS, PACE, World } from "../support/world.ts";

Deno.test("a snapshot is written each interval in which something was written, and what is older than the retention goes", async () => {
  await withFolder(async (folder) => {
    await using world = await World.start(`${folder}/app.db`, { retentionMs: 2 * DAY_MS });
    const { engine, clock } = world;
    await engine.fill(0);
    await engine.happened("snapshot-written");
    const states: { readonly atMs: number; readonly rows: number }[] = [];
    for (let hour = 0; hour < 5 * 24; hour += 8) {
      await world.write();
      states.push({ atMs: clock.now(), rows: states.length + 1 });
      await passTime(clock, 7 * HOUR_MS);
      const snapshots = 1 + Math.floor((hour + 8) / 24);
      if ((hour + 8) % 24 === 0) await engine.happened("snapshot-written", snapshots);
      assertEquals(engine.eventsOf("snapshot-written").length, snapshots, `after ${hour + 8} hours`);
    }
    await passTime(clock, HOUR_MS);
    await world.write();
    await engine.happened("retention-applied");
    const { snapshots, firstSegment } = await world.indexes();
    assert(snapshots.length >= 2 && snapshots.length <= 4, `${snapshots}`);
    assertEquals(firstSegment, snapshots[0], "nothing is left below the oldest snapshot");
    for (const { atMs, rows } of states.filter((state) => state.atMs >= clock.now() - 2 * DAY_MS)) {
      assertEquals(await world.rowsAt(atMs), rows, new Date(atMs).toISOString());
    }
    assertEquals(engine.eventsOf("retention-failed"), []);
    assertEquals(engine.eventsOf("snapshot-failed"), []);
    await assertRestoresEqual(world.store, world.path);
  });
});

Deno.test("nothing is asked of the bucket for days in which nothing is written, whatever is due", async () => {
  await withFolder(async (folder) => {
    const settings = { retentionMs: DAY_MS, validationIntervalMs: DAY_MS };
    await using world = await World.start(`${folder}/app.db`, settings);
    const { engine, clock, server } = world;
    await engine.fill(1);
    await engine.happened("snapshot-written");
    await world.write();
    await passTime(clock, DAY_MS + HOUR_MS);
    await engine.happened("snapshot-written", 2);
    await engine.happened("validated");
    await passTime(clock, HOUR_MS);
    server.requests.length = 0;
    await passTime(clock, 5 * DAY_MS);
    assertEquals(world.operations(), []);
    assertEquals(engine.eventsOf("snapshot-written").length, 2);
    assertEquals(engine.eventsOf("validated").length, 1);
    assertEquals(await engine.stop(), "synced");
    assertEquals(world.operations(), []);
  });
});

Deno.test("a snapshot is written when the WAL after the last one is larger than twice the database", async () => {
  await withFolder(async (folder) => {
    await using world = await World.start(`${folder}/app.db`, { minCheckpointPageCount: 500, snapshotIntervalMs: 0 });
    const { engine } = world;
    await engine.fill(1, 4_000_000);
    await engine.happened("snapshot-written");
    for (let i = 0; i < 40; i++) {
      await engine.commit("UPDATE note SET body = randomblob(4000000)");
      await engine.synced();
    }
    await engine.happened("snapshot-written", 3);
    const count = engine.eventsOf("snapshot-written").length;
    assert(count <= 12, `${count} snapshots for 160 MB of WAL, one for each 16 MiB at the most`);
    await assertRestoresEqual(world.store, world.path);
  });
});

Deno.test("a later snapshot that fails is told and tried again, and what is written stays safe meanwhile", async () => {
  await withFolder(async (folder) => {
    await using world = await World.start(`${folder}/app.db`, {});
    const { engine, clock, store } = world;
    await engine.fill(1);
    await engine.happened("snapshot-written");
    await world.write();
    store.refuses = (key) => key.includes("/snapshots/");
    await passTime(clock, DAY_MS);
    await engine.happened("snapshot-failed");
    await world.write(); // synced: each commit is still counted as safe
    assertEquals(engine.status?.error, null);
    store.refuses = () => false;
    await passTime(clock, 2 * HOUR_MS);
    await engine.happened("snapshot-written", 2);
    await assertRestoresEqual(world.store, world.path);
  });
});

Deno.test("a restart does not put off the snapshot that is due", async () => {
  await withFolder(async (folder) => {
    await using world = await World.start(`${folder}/app.db`, {});
    const { engine, clock, server, store, path } = world;
    await engine.fill(1);
    await engine.happened("snapshot-written");
    await world.write();
    await passTime(clock, DAY_MS - 4 * HOUR_MS);
    await engine.stop();
    await using restarted = await Engine.start({ path, stores: [store], clock, settings: PACE });
    await restarted.happened("resumed");
    await passTime(clock, 6 * HOUR_MS);
    server.requests.length = 0;
    await restarted.commit("INSERT INTO note (body) VALUES ('after the restart')");
    await restarted.happened("snapshot-written");
    assert(world.operations().includes("ListObjectsV2"), "that is how it knows");
    await assertRestoresEqual(store, path);
  });
});

Deno.test("retention that may not delete says so once, and replication goes on", async () => {
  await withFolder(async (folder) => {
    await using world = await World.start(`${folder}/app.db`, { retentionMs: DAY_MS });
    const { engine, clock, store } = world;
    store.refuses = (_key, verb) => verb === "delete";
    await engine.fill(1);
    await engine.happened("snapshot-written");
    for (let day = 0; day < 5; day++) {
      await world.write();
      await passTime(clock, DAY_MS);
    }
    await world.write();
    await engine.happened("retention-failed");
    const tries = store.refused.length;
    assert(tries > 1 && tries <= 12, `${tries} requests in six days`);
    assertEquals(engine.eventsOf("retention-failed").length, 1);
    assertEquals(engine.eventsOf("retention-failed")[0]?.error.code, "store-refused");
    store.refuses = () => false;
    await passTime(clock, HOUR_MS);
    await world.write();
    await engine.happened("retention-applied");
    await assertRestoresEqual(store, world.path);
  });
});
