/**
 * What the engine asks of the bucket over time: as little as it can, and nothing when nothing is written.
 */

import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../support/fake_clock.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { passTime } from "../support/pass_time.ts";
import { Engine, withFolder } from "../support/replicator_fixture.ts";
import { S3Server } from "../support/s3_server.ts";
import { impatientClock, storeOn } from "../support/s3_server_store.ts";

/** The pace of a service, but for a poll that is slow enough for an hour to pass quickly. */
const PACE = { syncIntervalMs: 1_000, monitorIntervalMs: 20_000, checkpointIntervalMs: 60_000 };

Deno.test("no request is made while nothing is written, but one small upload after the checkpoint that is due", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    await using server = await S3Server.start();
    const store = storeOn(server, { clock: impatientClock });
    const clock = new FakeClock();
    await using engine = await Engine.start({ path, stores: [store], clock, settings: PACE });
    await engine.fill(1);
    await engine.synced(); // in a WAL that holds nothing but our own commit
    await engine.fill(5, 2_000);
    await passTime(clock, 2_000);
    await engine.synced();
    const restarts = engine.eventsOf("wal-restarted").length;
    server.requests.length = 0;

    await passTime(clock, 120_000);
    assertEquals(engine.eventsOf("wal-restarted").length, restarts + 1);
    assertEquals(server.requests.map(({ operation }) => operation), ["PutObject"], "our own small commit");
    server.requests.length = 0;

    await passTime(clock, 60_000);
    await passTime(clock, 3_600_000);
    assertEquals(server.requests, []);
    assertEquals(engine.eventsOf("wal-restarted").length, restarts + 1);
    assertEquals(await engine.stop(), "synced");
    assertEquals(server.requests, [], "a stop uploads what is left: nothing");
    await assertRestoresEqual(store, path);
  });
});

Deno.test("the first commit after an idle time is uploaded at once, those that follow share one upload per interval", async () => {
  await withFolder(async (folder) => {
    await using server = await S3Server.start();
    const clock = new FakeClock();
    const store = storeOn(server, { clock: impatientClock });
    const settings = { ...PACE, monitorIntervalMs: 60_000 };
    await using engine = await Engine.start({ path: `${folder}/app.db`, stores: [store], clock, settings });
    await engine.fill(1);
    await passTime(clock, 5_000);
    await engine.synced();
    const puts = (): number => server.requests.filter(({ operation }) => operation === "PutObject").length;
    const before = puts();

    await engine.commit("INSERT INTO note (body) VALUES ('first')");
    await engine.synced(); // no time has passed
    assertEquals(puts(), before + 1);

    for (let i = 0; i < 9; i++) {
      await passTime(clock, 100);
      await engine.commit("INSERT INTO note (body) VALUES ('next')");
    }
    await passTime(clock, 90);
    assertEquals(puts(), before + 1, "not before the interval is over");
    await passTime(clock, 20);
    await engine.synced();
    assertEquals(puts(), before + 2, "nine commits, one upload");

    for (let i = 0; i < 40; i++) {
      await engine.commit("INSERT INTO note (body) VALUES ('more')");
      await passTime(clock, 100);
    }
    assertEquals(puts(), before + 6, "four seconds, four uploads");
  });
});

Deno.test("a commit right after our own one, which restarts the WAL, is uploaded at once all the same", async () => {
  await withFolder(async (folder) => {
    await using server = await S3Server.start();
    const clock = new FakeClock();
    const store = storeOn(server, { clock: impatientClock });
    await using engine = await Engine.start({ path: `${folder}/app.db`, stores: [store], clock, settings: PACE });
    await engine.fill(5, 2_000);
    await passTime(clock, 2_000);
    await engine.synced();
    const restarts = engine.eventsOf("wal-restarted").length;
    for (let halves = 0; engine.eventsOf("wal-restarted").length === restarts; halves++) {
      assert(halves < 400, "the checkpoint that is due");
      await passTime(clock, 500);
    }
    await engine.until(() => engine.status?.lagBytes === 0);
    const { length } = server.requests;
    await engine.commit("INSERT INTO note (body) VALUES ('right after it')");
    await engine.synced(); // no time has passed
    assertEquals(server.requests.slice(length).map(({ operation }) => operation), ["PutObject"]);
  });
});
