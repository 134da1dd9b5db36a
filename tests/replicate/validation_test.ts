import { assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import type { PinnedRead } from "../../replicate/pinned_read.ts";
import { validateReplica } from "../../replicate/validation.ts";
import { RefusingStore } from "../support/refusing_store.ts";
import {
  GENERATION,
  type History,
  recordHistory,
  ReplicaFolder,
  segmentAt,
  segmentKey,
  snapshotKey,
} from "../support/replica_builder.ts";
import { impatientClock } from "../support/s3_server_store.ts";

const HISTORY = await recordHistory(512, [
  ["INSERT INTO item (body) VALUES (randomblob(40000))"],
  ["INSERT INTO item (body) VALUES (randomblob(40000))", "DELETE FROM item WHERE id = 1"],
]);
const LAST = segmentAt(HISTORY, -1);
const END = { generation: GENERATION, index: LAST.index, offset: LAST.offset + LAST.plain.byteLength };

/** The database as a live one would show it. */
function pinnedOf(database: Uint8Array, position: PinnedRead["position"] = END): PinnedRead {
  return {
    position,
    read: {
      pageBytes: 512,
      pageCount: database.byteLength / 512,
      readPage: (number) => database.slice((number - 1) * 512, number * 512),
      [Symbol.dispose]: () => undefined,
    },
  };
}

function optionsFor(folder: string): Parameters<typeof validateReplica>[2] {
  return { folder: `${folder}/state`, clock: impatientClock, random: () => 0.5, signal: new AbortController().signal };
}

/** What a validation finds, and that it leaves nothing behind. */
async function faultOf(replica: ReplicaFolder, pinned: PinnedRead): Promise<ReplicateError | null> {
  const fault = await validateReplica(replica.store, pinned, optionsFor(replica.path));
  assertEquals(await Array.fromAsync(Deno.readDir(`${replica.path}/state`)), []);
  return fault;
}

Deno.test("validateReplica() finds nothing wrong with a replica that restores to the database", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  assertEquals(await faultOf(replica, pinnedOf(HISTORY.database)), null);
});

Deno.test("validateReplica() compares at the position, whatever the replica has after it", async () => {
  const middle = segmentAt(HISTORY, -2);
  const position = { ...END, offset: middle.offset + middle.plain.byteLength };
  const before: History = { ...HISTORY, segments: HISTORY.segments.slice(0, -1) };
  await using shorter = await ReplicaFolder.of(before);
  const database = await shorter.restoredBytes();
  await using replica = await ReplicaFolder.of(HISTORY);
  assertEquals(await faultOf(replica, pinnedOf(database, position)), null);
  // Both transactions in one object: only part of it counts.
  const plain = new Uint8Array([...middle.plain, ...LAST.plain]);
  await replica.remove(segmentKey(LAST.index, LAST.offset));
  await replica.put(segmentKey(middle.index, middle.offset), await encodeFrame(plain));
  assertEquals(await faultOf(replica, pinnedOf(database, position)), null);
  assertEquals((await faultOf(replica, pinnedOf(database)))?.code, "replica-differs");
});

Deno.test("validateReplica() finds each page that differs, by as little as a bit", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  const { database } = HISTORY;
  for (const pages of [[1], [7, 30], [database.byteLength / 512]]) {
    const live = new Uint8Array(database);
    for (const page of pages) live[page * 512 - 100] = (live[page * 512 - 100] ?? 0) ^ 64;
    const fault = await faultOf(replica, pinnedOf(live));
    assertEquals(fault?.code, "replica-differs");
    assertEquals(fault?.message.match(/in (\d+) of \d+ pages, the first of which is page (\d+)$/)?.slice(1), [
      `${pages.length}`,
      `${pages[0]}`,
    ]);
  }
});

Deno.test("validateReplica() finds that the database is larger or smaller", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  const { database } = HISTORY;
  const larger = new Uint8Array(database.byteLength + 512);
  larger.set(database);
  for (const live of [larger, database.slice(0, -512)]) {
    assertEquals((await faultOf(replica, pinnedOf(live)))?.code, "replica-differs");
  }
});

Deno.test("validateReplica() finds objects that are damaged, missing, or too few", async () => {
  const key = segmentKey(1, 0);
  const frame = await encodeFrame(segmentAt(HISTORY, 1).plain);
  const table: readonly (readonly [string, (replica: ReplicaFolder) => Promise<void>, string])[] = [
    ["a flipped bit", (replica) => replica.put(key, frame.with(99, (frame[99] ?? 0) ^ 1)), "object-damaged"],
    ["a gap", (replica) => replica.remove(key), "object-missing"],
    ["no end", (replica) => replica.remove(segmentKey(LAST.index, LAST.offset)), "object-missing"],
    ["no snapshot", (replica) => replica.remove(snapshotKey(0)), "object-missing"],
  ];
  for (const [what, harm, code] of table) {
    await using replica = await ReplicaFolder.of(HISTORY);
    await harm(replica);
    assertEquals((await faultOf(replica, pinnedOf(HISTORY.database)))?.code, code, what);
  }
});

Deno.test("validateReplica() throws, and blames nobody, when it cannot find out", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  const store = new RefusingStore(replica.store);
  store.refuses = (key) => key === segmentKey(1, 0);
  const options = optionsFor(replica.path);
  const pinned = pinnedOf(HISTORY.database);
  assertEquals(
    (await assertRejects(() => validateReplica(store, pinned, options), ReplicateError)).code,
    "store-refused",
  );
  const vast = { ...pinned, read: { ...pinned.read, pageCount: 2 ** 50 } };
  const error = await assertRejects(() => validateReplica(replica.store, vast, options), ReplicateError, "are free");
  assertEquals(error.code, "internal");
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => validateReplica(replica.store, pinned, { ...options, signal }), Error, "enough");
  assertEquals(await Array.fromAsync(Deno.readDir(options.folder)), []);
});

Deno.test("validateReplica() removes what a validation that died has left", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  await Deno.mkdir(`${replica.path}/state`);
  for (const name of ["validation.db", "validation.db.tmp"]) {
    await Deno.writeTextFile(`${replica.path}/state/${name}`, "left");
  }
  assertEquals(await faultOf(replica, pinnedOf(HISTORY.database)), null);
});
