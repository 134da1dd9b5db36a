import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { listReplica } from "../../replicate/replica.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { restore } from "../../replicate/restore.ts";
import { LATEST, planRestore } from "../../replicate/restore_plan.ts";
import {
  copyFixture,
  FIXTURE_NAMES,
  inspectDatabase,
  readFixtureMeta,
  readFixtureObject,
  readFixtureObjects,
} from "../support/litestream_fixture.ts";
import {
  databaseAfter,
  GENERATION,
  generationOf,
  recordHistory,
  ReplicaFolder,
  segmentAt,
  segmentKey,
  sha256,
  snapshotKey,
} from "../support/replica_builder.ts";
import { S3Server } from "../support/s3_server.ts";
import { impatientClock, storeOn } from "../support/s3_server_store.ts";
import { withRandom } from "../support/random.ts";
import { beforeReads } from "../support/watched_store.ts";

const HISTORY = await recordHistory(512, [
  ["INSERT INTO item VALUES (1, 'a')", "INSERT INTO item VALUES (2, 'b')"],
  ["INSERT INTO item VALUES (3, 'c')"],
  ["INSERT INTO item VALUES (4, 'd')", "INSERT INTO item VALUES (5, 'e')"],
]);

/** What stands at the end of a history that was handed over: a frame without content. */
const SEAL = await encodeFrame(new Uint8Array());

for (const name of FIXTURE_NAMES) {
  Deno.test(`restore() gives the bytes that Litestream gives when the replica is its own (${name})`, async () => {
    await using replica = await copyFixture(name);
    const meta = await readFixtureMeta(name);
    const result = await replica.restore();
    assertEquals(sha256(await Deno.readFile(replica.outputPath)), meta.db_sha256);
    assertEquals(result?.databaseBytes, (await Deno.stat(replica.outputPath)).size);
    assertEquals(await replica.outputFiles(), ["restored.db"]);
    const { page_size, rows, rows_sha256 } = meta;
    assertEquals(inspectDatabase(replica.outputPath), { page_size, rows, rows_sha256, integrity: "ok" });
  });

  Deno.test(`restore() gives the same bytes when the bucket drops, refuses and cuts short (${name})`, async () => {
    await withRandom(async ({ seed }) => {
      let now: number | null = null;
      await using server = await S3Server.start({ seed, pageSize: 10, now: () => now ?? Date.now() });
      for (const { path, mtime_ms } of await readFixtureObjects(name)) {
        now = mtime_ms;
        server.objects.put(`db/${path}`, await readFixtureObject(name, path));
      }
      now = null;
      server.faults = { ...server.faults, dropBefore: 0.1, lostReply: 0.1, error503: 0.1, truncateBody: 0.1 };
      await using output = await copyFixture(name);
      const store = storeOn(server, { clock: impatientClock, maxTries: 20 });
      const options = { outputPath: output.outputPath, clock: impatientClock, random: () => 0.5 };
      assert(await restore(store, options) !== null);
      assertEquals(sha256(await Deno.readFile(output.outputPath)), (await readFixtureMeta(name)).db_sha256);
      assert(server.requests.some(({ fault }) => fault !== null));
    });
  });
}

Deno.test("restore() tells position, size and number of objects", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  const last = segmentAt(HISTORY, -1);
  assertEquals(await replica.restore(), {
    position: { generation: GENERATION, index: 2, offset: last.offset + last.plain.byteLength },
    databaseBytes: HISTORY.database.byteLength,
    pageBytes: 512,
    objects: 6,
  });
});

Deno.test("restore() gives the snapshot as it is when no WAL follows it", async () => {
  await using replica = await ReplicaFolder.create();
  await replica.put(snapshotKey(7), await encodeFrame(HISTORY.database));
  const result = await replica.restore();
  assertEquals(result?.position, { generation: GENERATION, index: 7, offset: 0 });
  assertEquals(result?.databaseBytes, HISTORY.database.byteLength);
  assertEquals(sha256(await Deno.readFile(replica.outputPath)), sha256(HISTORY.database));
});

Deno.test("restore() returns null when the replica is empty or is not there, and makes no file", async () => {
  await using replica = await ReplicaFolder.create();
  assertEquals(await replica.restore(), null);
  await replica.put(segmentKey(0, 0), SEAL);
  assertEquals(await replica.restore(), null);
  assertEquals(await replica.outputFiles(), []);
});

Deno.test("restore() does not read what lies below the snapshot, nor names without a meaning", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  await replica.put(snapshotKey(1), await encodeFrame(await databaseAfter(HISTORY, 1)));
  const noise = new TextEncoder().encode("noise");
  const names = [snapshotKey(0), segmentKey(0, 0), "chain/README", "generations/README", `${segmentKey(1, 0)}.tmp`];
  for (const key of [...names, `generations/${GENERATION}/wal/1_0.wal.lz4`]) await replica.put(key, noise);
  await replica.remove(segmentKey(0, segmentAt(HISTORY, 1).offset));
  const read: string[] = [];
  const store = beforeReads(replica.store, (key) => Promise.resolve(void read.push(key)));
  const result = await restore(store, { outputPath: replica.outputPath, clock: impatientClock, random: () => 0.5 });
  assertEquals(result?.objects, 4);
  assertEquals(sha256(await Deno.readFile(replica.outputPath)), sha256(HISTORY.database));
  assertEquals(read.filter((key) => names.includes(key)), []);
});

Deno.test("restore() passes over segments without content, at the end of a WAL and at its beginning", async () => {
  const ends = HISTORY.segments.map(({ index, offset, plain }) => segmentKey(index, offset + plain.byteLength));
  const [, endOfFirst = "", endOfSecond = "", , endOfLast = ""] = ends;
  const places = [[endOfFirst], [endOfFirst, endOfSecond, endOfLast], [endOfLast, segmentKey(3, 0)]];
  for (const keys of places) {
    await using replica = await ReplicaFolder.of(HISTORY);
    for (const key of keys) await replica.put(key, SEAL);
    assertEquals(sha256(await replica.restoredBytes()), sha256(HISTORY.database), keys.join());
  }
});

Deno.test("restore() gives the state at the end of the index, or at the time, that is asked for", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  for (const { index, offset } of HISTORY.segments) {
    await replica.put(
      segmentKey(index, offset),
      await replica.get(segmentKey(index, offset)),
      Date.UTC(2026, 1, index + 1),
    );
  }
  for (const index of [0, 1, 2, 3]) {
    const expected = sha256(await databaseAfter(HISTORY, index + 1));
    const byIndex = { generation: null, index, timestampMs: null };
    assertEquals(sha256(await replica.restoredBytes({ target: byIndex })), expected);
    const byTime = { generation: null, index: null, timestampMs: Date.UTC(2026, 1, index + 1, 12) };
    assertEquals(sha256(await replica.restoredBytes({ target: byTime })), expected);
  }
});

Deno.test("restore() takes the older generation when the newest has no snapshot yet", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  await replica.put(segmentKey(0, 0, generationOf("ffffffffffffffff")), SEAL, Date.UTC(2030, 0, 1));
  assertEquals(sha256(await replica.restoredBytes()), sha256(HISTORY.database));
});

Deno.test("restore() holds no more than about a thousand segments that wait, however small they are", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  const plan = planRestore(await listReplica(replica.store), LATEST);
  if (plan === null) throw new Error("There is nothing to restore");
  const tiny = Array.from({ length: 3_000 }, (_, index) => {
    return { key: segmentKey(index, 0), index, offset: 0, size: SEAL.byteLength, modifiedAtMs: 0 };
  });
  const begun: string[] = [];
  const store: ObjectStore = {
    ...beforeReads(replica.store, () => Promise.resolve()),
    read: async (key, options) => {
      if (key !== plan.snapshot.key) {
        begun.push(key);
        return ReadableStream.from([SEAL]);
      }
      for (let turns = 0; turns < 100; turns++) await new Promise((resolve) => setTimeout(resolve, 0));
      assert(begun.length > 500 && begun.length < 1_100, `${begun.length} were fetched before the first was wanted`);
      return await replica.store.read(key, options);
    },
  };
  const result = await restore(store, {
    outputPath: replica.outputPath,
    plan: { ...plan, segments: tiny },
    clock: impatientClock,
    random: () => 0.5,
  });
  assertEquals(result?.objects, 3_001);
  assertEquals(begun, tiny.map(({ key }) => key));
});

Deno.test("restore() tells its progress from nothing to all", async () => {
  await using replica = await copyFixture("p4096");
  const total = (await readFixtureObjects("p4096")).reduce((sum, { size }) => sum + size, 0);
  for (const parallelism of [1, 3, 100]) {
    const done: number[] = [];
    await replica.restoredBytes({
      parallelism,
      onProgress: (doneBytes, totalBytes) => {
        assertEquals(totalBytes, total);
        done.push(doneBytes);
      },
    });
    assertEquals(done, done.toSorted((a, b) => a - b));
    assertEquals(done.at(-1), total);
  }
});

Deno.test("restore() leaves nothing when it is told to give up", async () => {
  await using replica = await copyFixture("p4096");
  for (const after of [1, 5, 20]) {
    const controller = new AbortController();
    let pieces = 0;
    const onProgress = (): void => {
      if (++pieces === after) controller.abort(new Error("enough"));
    };
    const { signal } = controller;
    await assertRejects(() => replica.restore({ signal, onProgress, parallelism: 1 }), Error, "enough");
    assertEquals(await replica.outputFiles(), []);
  }
});
