import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { Lz4FrameError } from "../../replicate/lz4/frame_error.ts";
import { createSegment, decodeObject, listReplica, readObject, readSegment } from "../../replicate/replica.ts";
import { copyFixture, readFixtureObjects, readFixtureSegments } from "../support/litestream_fixture.ts";
import {
  assertRefused,
  GENERATION,
  generationOf,
  plainOf,
  recordHistory,
  ReplicaFolder,
  segmentAt,
  segmentKey,
  sha256,
  snapshotKey,
} from "../support/replica_builder.ts";
import { seededRandom } from "../support/random.ts";

const OTHER = generationOf("ffeeddccbbaa9988");

/** A word that is in no database. */
const CONTENT = new TextEncoder().encode("content");

/** What can happen to an object as it is stored. */
const DAMAGE: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array>> = {
  "has no bytes": () => new Uint8Array(),
  "has one byte": (bytes) => bytes.slice(0, 1),
  "ends within the magic number": (bytes) => bytes.slice(0, 3),
  "ends within the descriptor": (bytes) => bytes.slice(0, 6),
  "ends after the descriptor": (bytes) => bytes.slice(0, 7),
  "ends within a block's size": (bytes) => bytes.slice(0, 9),
  "ends after a block's size": (bytes) => bytes.slice(0, 11),
  "ends within a block": (bytes) => bytes.slice(0, bytes.byteLength >> 1),
  "ends before the end mark": (bytes) => bytes.slice(0, -8),
  "ends before the content checksum": (bytes) => bytes.slice(0, -4),
  "ends within the content checksum": (bytes) => bytes.slice(0, -1),
  "goes on after the frame": (bytes) => new Uint8Array([...bytes, 0]),
  "is two frames": (bytes) => new Uint8Array([...bytes, ...bytes]),
  "is no LZ4 frame": () => CONTENT,
  "is a page of an error": () => new TextEncoder().encode("<html><body>503 Slow Down</body></html>"),
  "is all zeros": (bytes) => new Uint8Array(bytes.byteLength),
  "has a wrong magic number": (bytes) => flipped(bytes, 0),
  "has another version": (bytes) => flipped(bytes, 4, 0x80),
  "has a wrong block size": (bytes) => flipped(bytes, 5, 0x40),
  "has a wrong descriptor checksum": (bytes) => flipped(bytes, 6),
  "has a wrong content checksum": (bytes) => flipped(bytes, bytes.byteLength - 1),
};

function flipped(bytes: Uint8Array<ArrayBuffer>, at: number, mask = 0x01): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}

for (const [what, damage] of Object.entries(DAMAGE)) {
  Deno.test(`restore() names any object that ${what}`, async () => {
    await using replica = await copyFixture("p512");
    for (const { path: key } of await readFixtureObjects("p512")) {
      const stored = await replica.get(key);
      await replica.put(key, damage(stored));
      await assertRefused(replica, { code: "object-damaged", key });
      await replica.put(key, stored);
    }
  });
}

Deno.test("restore() names the object when any one byte of it is wrong, unless LZ4 makes the same bytes of it", async () => {
  const history = await recordHistory(512, [["INSERT INTO item VALUES (1, 'a')"], [
    "INSERT INTO item VALUES (2, 'b')",
  ]]);
  await using replica = await ReplicaFolder.of(history);
  const random = seededRandom(1);
  let harmless = 0;
  for (const key of await replica.keys()) {
    const stored = await replica.get(key);
    for (let at = 0; at < stored.byteLength; at++) {
      const bytes = flipped(stored, at, 1 << random.integer(0, 7));
      await replica.put(key, bytes);
      if (await decodesAlike(bytes, stored)) {
        assertEquals(sha256(await replica.restoredBytes()), sha256(history.database));
        harmless++;
      } else {
        await assertRefused(replica, { code: "object-damaged", key });
      }
    }
    await replica.put(key, stored);
  }
  assert(harmless < 20, `${harmless}`);
});

/** A copy of zeros may come from elsewhere, and be of zeros all the same. */
async function decodesAlike(one: Uint8Array, other: Uint8Array): Promise<boolean> {
  try {
    return sha256(await plainOf(one)) === sha256(await plainOf(other));
  } catch (error) {
    if (error instanceof Lz4FrameError) return false;
    throw error;
  }
}

Deno.test("restore() names the object when two are swapped", async () => {
  await using replica = await copyFixture("p4096");
  const segments = await readFixtureSegments("p4096");
  const keysAt = (offset: number): string[] => segments.filter((one) => one.offset === offset).map(({ key }) => key);
  const [first = "", second = ""] = keysAt(0x1038);
  const [, , secondHeader = "", thirdHeader = ""] = keysAt(0);
  const [sameWal = "", sameWalNext = ""] = segments.filter(({ index }) => index === 4).slice(1).map(({ key }) => key);
  for (const [one, other] of [[first, second], [sameWal, sameWalNext]] as const) {
    await swap(replica, one, other);
    await assertRefused(replica, { code: "object-damaged", key: one });
    await swap(replica, one, other);
  }
  // The beginnings of two WALs are valid in themselves: what follows the first of them is not.
  await swap(replica, secondHeader, thirdHeader);
  const next = segments[segments.findIndex(({ key }) => key === secondHeader) + 1]?.key ?? "";
  await assertRefused(replica, { code: "object-damaged", key: next });
});

Deno.test("restore() names the object when it is that of another generation", async () => {
  await using replica = await copyFixture("two-generations");
  const newest = (await listReplica(replica.store)).at(-1);
  const [older] = await listReplica(replica.store);
  for (const { key, index, offset } of newest?.segments ?? []) {
    const foreign = older?.segments.find((other) => other.index === index && other.offset === offset);
    if (foreign === undefined || offset === 0) continue;
    const stored = await replica.get(key);
    await replica.put(key, await replica.get(foreign.key), Date.UTC(2020, 0, 1));
    await assertRefused(replica, { code: "object-damaged", key });
    await replica.put(key, stored, Date.UTC(2020, 0, 1));
  }
});

async function swap(replica: ReplicaFolder, one: string, other: string): Promise<void> {
  const stored = await replica.get(one);
  await replica.put(one, await replica.get(other));
  await replica.put(other, stored);
}

Deno.test("restore() names the snapshot when it is no database, or one of other pages", async () => {
  const history = await recordHistory(512, [["INSERT INTO item VALUES (1, 'a')"]]);
  await using replica = await ReplicaFolder.of(history);
  const changed = (at: number, ...bytes: number[]): Uint8Array => {
    const copy = new Uint8Array(history.base);
    copy.set(bytes, at);
    return copy;
  };
  const snapshots: Readonly<Record<string, Uint8Array>> = {
    "no bytes": new Uint8Array(),
    "a part of the header": history.base.slice(0, 17),
    "another file": CONTENT,
    "a part of a page": history.base.slice(0, -1),
    "a byte too many": new Uint8Array([...history.base, 0]),
    "no magic number": changed(0, 0),
    "pages of 0": changed(16, 0, 0),
    "pages of 3": changed(16, 0, 3),
    "pages of 256": changed(16, 1, 0),
    "pages of 768": changed(16, 3, 0),
  };
  for (const [what, plain] of Object.entries(snapshots)) {
    await replica.put(snapshotKey(0), await encodeFrame(plain));
    const { message } = await assertRefused(replica, { code: "object-damaged", key: snapshotKey(0) });
    assert(message.length > 0, what);
  }
  // Whether the snapshot or the WAL is wrong cannot be known: what does not fit is named.
  await replica.put(snapshotKey(0), await encodeFrame(changed(16, 4, 0)));
  const { message } = await assertRefused(replica, { code: "object-damaged", key: segmentKey(0, 0) });
  assert(message.includes("512") && message.includes("1024"), message);
});

Deno.test("listReplica() gives the generations, and leaves out what has no meaning", async () => {
  await using replica = await ReplicaFolder.create();
  assertEquals(await listReplica(replica.store), []);
  const keys = [
    snapshotKey(0),
    segmentKey(0, 0),
    segmentKey(0, 0x20),
    snapshotKey(1, OTHER),
    "chain/README",
    "generations/README",
    `generations/${GENERATION}/wal/00000000_00000020.wal.lz4.tmp`,
    `generations/${GENERATION}/wal/0_0.wal.lz4`,
    `generations/${GENERATION.toUpperCase()}/wal/00000000_00000000.wal.lz4`,
  ];
  for (const [i, key] of keys.entries()) await replica.put(key, CONTENT, 1_000 * (i + 1));
  assertEquals((await listReplica(replica.store)).map(({ generation, updatedAtMs }) => [generation, updatedAtMs]), [
    [GENERATION, 3_000],
    [OTHER, 4_000],
  ]);
});

Deno.test("createSegment() returns null when the object is new, and what stands there when it is not", async () => {
  await using replica = await ReplicaFolder.create();
  const place = { generation: GENERATION, index: 0, offset: 0x20 };
  assertEquals(await createSegment(replica.store, place, await encodeFrame(CONTENT)), null);
  assertEquals(await createSegment(replica.store, place, await encodeFrame(new Uint8Array())), CONTENT);
  assertEquals(await plainOf(await readObject(replica.store, segmentKey(0, 0x20))), CONTENT);
});

Deno.test("readSegment() gives the plain bytes, and names what is missing or damaged", async () => {
  const history = await recordHistory(512, [["INSERT INTO item VALUES (1, 'a')"]]);
  await using replica = await ReplicaFolder.of(history);
  const key = segmentKey(0, 0);
  assertEquals(await readSegment(replica.store, key), segmentAt(history, 0).plain);
  await replica.put(key, CONTENT);
  const damaged = await assertRejects(() => readSegment(replica.store, key), ReplicateError, key);
  const missing = await assertRejects(() => readSegment(replica.store, segmentKey(9, 0)), ReplicateError);
  assertEquals([damaged.code, missing.code], ["object-damaged", "object-missing"]);
  assert(missing.message.includes(segmentKey(9, 0)));
});

Deno.test("decodeObject() passes on what is no damage", async () => {
  const failure = new ReplicateError("store-unavailable", "Cannot read");
  const stored = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(failure) });
  const error = await assertRejects(() => Array.fromAsync(decodeObject("key", stored)), ReplicateError);
  assertEquals(error, failure);
});
