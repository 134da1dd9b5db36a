/**
 * Days of a service on a clock that is moved by hand: snapshots come in time, what is old goes, every state within the
 * retention can be restored at each step, and a validation knows a sound replica from a damaged one.
 */

import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import type { ReplicateSettings } from "../../replicate/config.ts";
import { listReplica } from "../../replicate/replica.ts";
import { LATEST } from "../../replicate/restore_plan.ts";
import { restore } from "../../replicate/restore.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { assertRestoresEqual, readPages } from "../support/page_compare.ts";
import { passTime } from "../support/pass_time.ts";
import { Engine, withFolder } from "../support/replicator_fixture.ts";
import { RefusingStore } from "../support/refusing_store.ts";
import { S3Server } from "../support/s3_server.ts";
import { openSqlite } from "../support/sqlite.ts";
import { impatientClock, storeOn } from "../support/s3_server_store.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A service's pace, but for a poll that is slow enough for days to pass quickly. */
const PACE: Partial<ReplicateSettings> = {
  monitorIntervalMs: HOUR_MS,
  checkpointIntervalMs: 60_000,
  snapshotIntervalMs: DAY_MS,
  snapshotWalRatio: 2,
};

/** A machine and its bucket, whose time is the clock's. */
class World implements AsyncDisposable {
  readonly path: string;
  readonly clock: FakeClock;
  readonly server: S3Server;
  readonly store: RefusingStore;
  readonly engine: Engine;

  private constructor(path: string, clock: FakeClock, server: S3Server, store: RefusingStore, engine: Engine) {
    this.path = path;
    this.clock = clock;
    this.server = server;
    this.store = store;
    this.engine = engine;
  }

  static async start(path: string, settings: Partial<ReplicateSettings>): Promise<World> {
    const clock = new FakeClock();
    const server = await S3Server.start({ now: () => clock.now() });
    const store = new RefusingStore(storeOn(server, { clock: { ...impatientClock, now: () => clock.now() } }));
    const engine = await Engine.start({ path, stores: [store], clock, settings: { ...PACE, ...settings } });
    return new World(path, clock, server, store, engine);
  }

  /** Writes a row, and lets the WAL be restarted after it. */
  async write(): Promise<void> {
    await this.engine.commit("INSERT INTO note (body) VALUES (randomblob(2000))");
    await this.engine.synced();
    const restarts = this.engine.eventsOf("wal-restarted").length;
    await passTime(this.clock, HOUR_MS);
    await this.engine.happened("wal-restarted", restarts + 1);
    await this.engine.synced();
  }

  async indexes(): Promise<{ readonly snapshots: number[]; readonly firstSegment: number | undefined }> {
    const [generation] = await listReplica(this.store);
    return {
      snapshots: generation?.snapshots.map(({ index }) => index) ?? [],
      firstSegment: generation?.segments[0]?.index,
    };
  }

  /** How many rows a restore of the state at a time has. */
  async rowsAt(timestampMs: number): Promise<number> {
    const outputPath = `${this.path}.at-${timestampMs}`;
    const target = { ...LATEST, timestampMs };
    const result = await restore(this.store, { outputPath, target, clock: impatientClock, random: Math.random });
    assertFalse(result === null, `there is a state of ${new Date(timestampMs).toISOString()}`);
    using sqlite = openSqlite(outputPath);
    return Number(sqlite.value("SELECT count(*) FROM note"));
  }

  operations(): string[] {
    return this.server.requests.map(({ operation }) => operation);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

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
    const settings = { ...PACE };
    await using restarted = await Engine.start({ path, stores: [store], clock, settings });
    await restarted.happened("resumed");
    await passTime(clock, 6 * HOUR_MS);
    server.requests.length = 0;
    await restarted.commit("INSERT INTO note (body) VALUES ('after the restart')");
    await restarted.happened("snapshot-written");
    assert(world.operations().includes("ListObjectsV2"), "that is how it knows");
    await assertRestoresEqual(store, path);
  });
});

Deno.test("a validation finds a bit that was flipped in the bucket, and one that was not is no cause for alarm", async () => {
  await withFolder(async (folder) => {
    await using world = await World.start(`${folder}/app.db`, { validationIntervalMs: DAY_MS, snapshotIntervalMs: 0 });
    const { engine, clock, server, path } = world;
    await engine.fill(1);
    await engine.happened("snapshot-written");
    await world.write();
    await passTime(clock, HOUR_MS);
    await engine.happened("validated");
    assertEquals(engine.status?.lastValidation?.ok, true);
    assertEquals(engine.status?.lastValidation?.message, null);
    const key = server.objects.keys().findLast((name) => name.includes("/snapshots/")) ?? "";
    const flip = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
      bytes[bytes.byteLength >> 1] = (bytes[bytes.byteLength >> 1] ?? 0) ^ 1;
      return bytes;
    };
    server.objects.mutate(key, flip);
    await passTime(clock, DAY_MS);
    assertEquals(engine.eventsOf("validation-failed"), [], "nothing was written, so nothing is compared");
    await world.write();
    await engine.happened("validation-failed");
    const validation = engine.status?.lastValidation;
    assertEquals([validation?.ok, validation?.message?.includes(key.replace(/^db\//, ""))], [false, true]);
    server.objects.mutate(key, flip);
    await world.write();
    await passTime(clock, DAY_MS);
    await engine.happened("validated", 2);
    assertEquals(engine.status?.lastValidation?.ok, true);
    await assertRejects(() => Deno.stat(`${folder}/.app.db-litestream/validation.db`), Deno.errors.NotFound);
    assert(readPages(path).length > 1);
  });
});

Deno.test("a validation that cannot find anything out says so, and raises no alarm", async () => {
  await withFolder(async (folder) => {
    await using world = await World.start(`${folder}/app.db`, { validationIntervalMs: DAY_MS });
    const { engine, clock, store } = world;
    await engine.fill(1);
    await engine.happened("snapshot-written");
    store.refuses = (key, verb) => verb === "read" && key.includes("/snapshots/");
    await world.write();
    await engine.happened("validation-skipped");
    assertEquals([engine.status?.lastValidation, engine.eventsOf("validation-failed").length], [null, 0]);
    store.refuses = () => false;
    await passTime(clock, HOUR_MS);
    await engine.happened("validated");
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
