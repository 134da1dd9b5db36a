/**
 * A machine and its bucket, whose days pass by hand.
 *
 * @module
 */

import { assertFalse } from "@std/assert";
import type { ReplicateSettings } from "../../replicate/config.ts";
import { listReplica } from "../../replicate/replica.ts";
import { restore } from "../../replicate/restore.ts";
import { LATEST } from "../../replicate/restore_plan.ts";
import { FakeClock } from "./fake_clock.ts";
import { passTime } from "./pass_time.ts";
import { RefusingStore } from "./refusing_store.ts";
import { Engine } from "./replicator_fixture.ts";
import { S3Server } from "./s3_server.ts";
import { impatientClock, storeOn } from "./s3_server_store.ts";
import { openSqlite } from "./sqlite.ts";

/** An hour, in milliseconds. */
export const HOUR_MS = 3_600_000;
/** A day, in milliseconds. */
export const DAY_MS = 24 * HOUR_MS;

/** A service's pace, but for a poll that is slow enough for days to pass quickly. */
export const PACE: Partial<ReplicateSettings> = {
  monitorIntervalMs: HOUR_MS,
  checkpointIntervalMs: 60_000,
  snapshotIntervalMs: DAY_MS,
  snapshotWalRatio: 2,
};

/** A machine and its bucket, whose time is the clock's. */
export class World implements AsyncDisposable {
  /** The database. */
  readonly path: string;
  /** Everybody's time. */
  readonly clock: FakeClock;
  /** The bucket's server. */
  readonly server: S3Server;
  /** The bucket as the engine sees it. */
  readonly store: RefusingStore;
  /** The engine. */
  readonly engine: Engine;

  private constructor(path: string, clock: FakeClock, server: S3Server, store: RefusingStore, engine: Engine) {
    this.path = path;
    this.clock = clock;
    this.server = server;
    this.store = store;
    this.engine = engine;
  }

  /** Starts the engine. */
  static async start(path: string, settings: Partial<ReplicateSettings>): Promise<World> {
    const clock = new FakeClock();
    const server = await S3Server.start({ now: () => clock.now() });
    server.signer = { ...server.signer, skewLimitMs: Infinity }; // time is moved while requests are under way
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

  /** Which snapshots there are, and where the WAL begins. */
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

  /** What was asked of the bucket. */
  operations(): string[] {
    return this.server.requests.map(({ operation }) => operation);
  }

  /** Ends everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
