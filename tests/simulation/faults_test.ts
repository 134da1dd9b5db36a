/**
 * A bucket that fails in every way that a bucket can: the application never notices, and nothing is lost or doubled.
 */

import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import type { ReplicateSettings } from "../../replicate/config.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { formatSegmentKey } from "../../replicate/object_key.ts";
import { parsePosition } from "../../replicate/position.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { withRandom } from "../support/random.ts";
import { passTime } from "../support/pass_time.ts";
import { Engine, withFolder } from "../support/replicator_fixture.ts";
import { S3Server, type S3ServerOptions } from "../support/s3_server.ts";
import { impatientClock, storeOn } from "../support/s3_server_store.ts";
import { NO_FAULTS } from "../support/s3_server_faults.ts";

interface BucketOptions extends S3ServerOptions {
  readonly clock?: FakeClock;
  readonly settings?: Partial<ReplicateSettings>;
}

/** Runs the engine on a bucket; the store's own pauses are over at once. */
async function withBucket(
  { clock, settings = {}, ...options }: BucketOptions,
  body: (server: S3Server, engine: Engine, path: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    await using server = await S3Server.start(options);
    const path = `${folder}/app.db`;
    const stores = [storeOn(server, { clock: impatientClock, maxTries: 3 })];
    await using engine = await Engine.start({ path, stores, settings, clock: clock ?? systemClock });
    await body(server, engine, path);
  });
}

function segmentPuts(server: S3Server): string[] {
  return server.requests.filter(({ method, key, status }) =>
    method === "PUT" && key.includes("/wal/") && status === 200
  )
    .map(({ key }) => key);
}

/** The key of the next segment that the engine will create. */
function nextKey(engine: Engine): string {
  return `db/${formatSegmentKey(parsePosition(engine.status?.position ?? ""))}`;
}

Deno.test("PUT succeeded, reply lost: among drops and 5xx every segment is created once, positions only advance, the restore is equal", async () => {
  await withRandom((random) =>
    withBucket({ seed: random.seed, settings: { minCheckpointPageCount: 30, segmentBytesMax: 32_768 } }, async (
      server,
      engine,
      path,
    ) => {
      await engine.fill(1);
      await engine.synced();
      server.faults = { ...NO_FAULTS, dropBefore: 0.05, lostReply: 0.2, error500: 0.05, error503: 0.05 };
      for (let i = 0; i < 120; i++) {
        await engine.fill(1, random.integer(0, 30_000));
        if (random.next() < 0.5) await engine.synced();
      }
      server.faults = NO_FAULTS;
      assertEquals(await engine.stop(), "synced");
      assert(server.requests.some(({ fault }) => fault === "drop-after"), "replies were lost");
      assertEquals(segmentPuts(server).length, new Set(segmentPuts(server)).size, "nothing is overwritten");
      const positions = engine.statuses.flatMap(([status]) => status?.position ?? []).map(parsePosition);
      for (const [i, { index, offset }] of positions.entries()) {
        const before = positions[i - 1];
        if (before === undefined || before.generation !== positions[i]?.generation) continue;
        assert(index > before.index || index === before.index && offset >= before.offset, "positions only advance");
      }
      assertEquals(engine.eventsOf("generation-started").length, 1);
      await assertRestoresEqual(storeOn(server), path);
    })
  );
});

Deno.test("hazard 5: a foreign object in our place fences this instance: it is told, and nothing is written any more", async () => {
  await withBucket({}, async (server, engine) => {
    await engine.fill(2);
    await engine.synced();
    const key = nextKey(engine);
    server.objects.put(key, await encodeFrame(new TextEncoder().encode("another instance's bytes")));
    const synced = engine.status?.syncedNotice;
    await engine.commit("INSERT INTO note (body) VALUES ('too late')");
    await engine.happened("fenced");
    assertEquals(engine.eventsOf("fenced").map(({ key }) => `db/${key}`), [key]);
    await engine.until(() => engine.status?.role === "fenced");
    assertEquals(engine.status?.error?.code, "foreign-writer");
    assertEquals(engine.status?.syncedNotice, synced);
    server.requests.length = 0;
    await engine.commit("INSERT INTO note (body) VALUES ('the application goes on')");
    assertEquals(await engine.stop(), "incomplete");
    assertEquals(server.requests, []);
  });
});

for (
  const { what, faults } of [
    {
      what: "whose reply was lost until the tries were used up",
      faults: ["error-500-after", "error-500", "error-500"],
    },
    { what: "that nobody answered for", faults: ["drop-after", "error-500", "error-503", "error-500"] },
  ] as const
) {
  Deno.test(`PUT succeeded, reply lost: an object of our own ${what} is recognised as ours, though more was committed since`, async () => {
    const clock = new FakeClock();
    await withBucket({ clock, settings: { monitorIntervalMs: 1_000 } }, async (server, engine, path) => {
      await engine.fill(2);
      await engine.synced();
      const key = nextKey(engine);
      server.nextFaults.push(...faults);
      await engine.commit("INSERT INTO note (body) VALUES ('one')");
      await engine.happened("sync-failed");
      assert(server.objects.get(key) !== undefined, "the object is there, unknown to the engine");
      await engine.commit("INSERT INTO note (body) VALUES ('two')");
      await passTime(clock, 5_000);
      await engine.synced();
      assertEquals(segmentPuts(server).filter((put) => put === key).length, 1);
      assertEquals(engine.eventsOf("fenced"), []);
      assertEquals(engine.eventsOf("sync-recovered").length, 1);
      await engine.stop();
      await assertRestoresEqual(storeOn(server), path);
    });
  });
}

Deno.test("the pauses between tries grow, and what the bucket asks for is honoured", async () => {
  const clock = new FakeClock();
  await withBucket({ clock, settings: { monitorIntervalMs: 5_000 } }, async (server, engine) => {
    await engine.fill(2);
    await engine.synced();
    server.down = true;
    await engine.commit("INSERT INTO note (body) VALUES ('while the bucket is down')");
    await passTime(clock, 120_000);
    const pauses = engine.eventsOf("sync-failed").map(({ nextTryMs }) => nextTryMs);
    assert(pauses.length >= 6, `${pauses}`);
    for (const [i, ms] of pauses.entries()) {
      const bound = Math.min(30_000, 500 * 2 ** i);
      assert(ms >= bound / 2 && ms <= bound, `pause ${i} is ${ms}`);
    }
    server.down = false;
    await passTime(clock, 30_000);
    await engine.synced();
    assertEquals(engine.status?.error, null);
  });
});

Deno.test("a stop with the bucket down ends at its deadline, incomplete", async () => {
  const clock = new FakeClock();
  await withBucket({ clock, settings: { monitorIntervalMs: 1_000 } }, async (server, engine) => {
    await engine.fill(2);
    await engine.synced();
    server.down = true;
    await engine.commit("INSERT INTO note (body) VALUES ('never uploaded')");
    const stopped = engine.stop(5_000);
    let outcome: string | null = null;
    stopped.then((value) => outcome = value);
    for (let ms = 0; ms < 4_900; ms += 100) await clock.advance(100);
    assertEquals(outcome, null, "it tries until then");
    await clock.advance(100);
    assertEquals(await stopped, "incomplete");
    assert(engine.eventsOf("sync-failed").length > 2);
  });
});
