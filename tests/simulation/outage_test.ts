/**
 * A bucket that is down for long, or takes no snapshot, or throttles.
 */

import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { listReplica } from "../../replicate/replica.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { passTime } from "../support/pass_time.ts";
import { Engine, withFolder } from "../support/replicator_fixture.ts";
import { S3Server } from "../support/s3_server.ts";
import { impatientClock, storeOn } from "../support/s3_server_store.ts";

const WAL_BYTES_MAX = 1_000_000;

Deno.test("bucket down: a WAL that outgrows its bound is restarted, and a new generation begins when the bucket is back", async () => {
  await withFolder(async (folder) => {
    await using server = await S3Server.start();
    const clock = new FakeClock();
    const path = `${folder}/app.db`;
    const store = storeOn(server, { clock: impatientClock, maxTries: 1 });
    const settings = {
      walBytesMax: WAL_BYTES_MAX,
      segmentBytesMax: 65_536,
      minCheckpointPageCount: 20,
      monitorIntervalMs: 1_000,
    };
    await using engine = await Engine.start({ path, stores: [store], clock, settings });
    await engine.fill(2);
    await engine.synced();
    server.down = true;
    for (let i = 0; i < 400; i++) {
      await engine.fill(1, 20_000); // fails if the application's commit does
      if (i % 10 === 9) await passTime(clock, 1_000);
    }
    const [exceeded] = engine.eventsOf("wal-bound-exceeded");
    assertGreaterOrEqual(exceeded?.walBytes ?? 0, WAL_BYTES_MAX);
    const walBytes = (await Deno.stat(`${path}-wal`)).size;
    assert(walBytes < 3 * WAL_BYTES_MAX, `the WAL is bounded: ${walBytes}`);
    assertEquals(engine.status?.syncedNotice, 0, "nothing can be restored of a generation that is not there");

    server.down = false;
    await passTime(clock, 60_000);
    await engine.synced();
    const reasons = engine.eventsOf("generation-started").map(({ reason }) => reason);
    assertEquals([...new Set(reasons)], ["first generation", "wal outgrew its bound"]);
    assertEquals(engine.eventsOf("snapshot-written").length, 2);
    assertEquals((await listReplica(store)).length, 2, "of the generations that the outage ended, nothing was written");
    assertEquals(await engine.stop(), "synced");
    await assertRestoresEqual(store, path);
  });
});

Deno.test("a snapshot that cannot be written is told and tried again, and until then nothing counts as restorable", async () => {
  await withFolder(async (folder) => {
    await using server = await S3Server.start();
    let isRefusing = true;
    const clock = new FakeClock();
    const path = `${folder}/app.db`;
    const store = storeOn(server, {
      clock: impatientClock,
      maxTries: 1,
      fetch: (input, init) => {
        const isSnapshot = new Request(input, init).url.includes("/snapshots/");
        return isSnapshot && isRefusing ? Promise.resolve(new Response(null, { status: 500 })) : fetch(input, init);
      },
    });
    const settings = { minCheckpointPageCount: 20, monitorIntervalMs: 1_000 };
    await using engine = await Engine.start({ path, stores: [store], clock, settings });
    await engine.fill(3);
    for (let second = 0; second < 40; second++) {
      await passTime(clock, 1_000);
      await engine.commit("INSERT INTO note (body) VALUES (randomblob(3000))");
    }
    assert(engine.statuses.every(([status]) => status?.syncedNotice === 0), "nothing is restorable");
    assert(engine.status?.error !== null);
    assertEquals(engine.eventsOf("snapshot-written"), []);
    const pauses = engine.eventsOf("sync-failed").map(({ nextTryMs }) => nextTryMs);
    assert(pauses.length >= 4, `${pauses}`);
    for (const [i, ms] of pauses.entries()) assertGreaterOrEqual(ms, Math.min(30_000, 500 * 2 ** i) / 2);

    isRefusing = false;
    await passTime(clock, 60_000);
    await engine.synced();
    assertEquals(engine.status?.error, null);
    assertEquals(engine.eventsOf("sync-recovered").length, 1);
    assertEquals(engine.eventsOf("generation-started").length, 1);
    const [generation] = await listReplica(store);
    assertEquals(generation?.snapshots.length, 1);
    assertEquals(await engine.stop(), "synced");
    await assertRestoresEqual(store, path);
  });
});

Deno.test("a bucket that throttles is left alone for as long as it asks", async () => {
  await withFolder(async (folder) => {
    await using server = await S3Server.start();
    let isThrottling = false;
    const clock = new FakeClock();
    const store = storeOn(server, {
      clock: impatientClock,
      maxTries: 1,
      fetch: (input, init) =>
        isThrottling
          ? Promise.resolve(new Response(null, { status: 503, headers: { "retry-after": "17" } }))
          : fetch(input, init),
    });
    const settings = { monitorIntervalMs: 1_000 };
    await using engine = await Engine.start({ path: `${folder}/app.db`, stores: [store], clock, settings });
    await engine.fill(2);
    await engine.synced();
    isThrottling = true;
    await engine.commit("INSERT INTO note (body) VALUES ('throttled')");
    await engine.happened("sync-failed");
    assertEquals(engine.eventsOf("sync-failed").map(({ nextTryMs }) => nextTryMs), [17_000]);
    isThrottling = false;
    server.requests.length = 0;
    await passTime(clock, 16_900);
    assertEquals(server.requests, []);
    await passTime(clock, 200);
    await engine.synced();
  });
});
