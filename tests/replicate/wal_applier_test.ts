import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { RestoreFile } from "../../replicate/restore_file.ts";
import { frameBytes } from "../../replicate/wal/frame.ts";
import { WAL_HEADER_BYTES } from "../../replicate/wal/header.ts";
import { WalApplier } from "../../replicate/wal_applier.ts";
import { copyFixture, readFixtureSegments } from "../support/litestream_fixture.ts";
import { withRandom } from "../support/random.ts";
import {
  assertRefused,
  GENERATION,
  plainOf,
  type PlainSegment,
  recordHistory,
  ReplicaFolder,
  segmentAt,
  segmentKey,
  sha256,
} from "../support/replica_builder.ts";
import { buildWal, framesOf, headerOf, withByteOrder } from "../support/wal_builder.ts";

/** Two WALs, the first of two transactions, the second of one. */
const HISTORY = await recordHistory(512, [
  ["INSERT INTO item (body) VALUES (hex(zeroblob(600)))", "INSERT INTO item (body) VALUES (hex(zeroblob(700)))"],
  ["UPDATE item SET body = 'changed'"],
]);
const FIRST = segmentAt(HISTORY, 0);
const SECOND = segmentAt(HISTORY, 1);
const THIRD = segmentAt(HISTORY, 2);
const SECOND_KEY = segmentKey(0, SECOND.offset);
const FRAME_BYTES = frameBytes(512);

/** Changes one byte of an object's plain bytes; LZ4's checksum is right for what comes out. */
async function flipPlain(replica: ReplicaFolder, key: string, at: number): Promise<void> {
  const plain = await plainOf(await replica.get(key));
  plain[at] = (plain[at] ?? 0) ^ 0x01;
  await replica.put(key, await encodeFrame(plain));
}

Deno.test("WalApplier makes of a snapshot and its WALs the database that SQLite makes of them", async () => {
  for (const pageBytes of [512, 1024, 4096, 65_536]) {
    const history = await recordHistory(pageBytes, [
      ["INSERT INTO item (body) VALUES (zeroblob(300000))", "INSERT INTO item (body) VALUES ('a')"],
      ["UPDATE item SET body = 'b' WHERE id = 2", "DELETE FROM item WHERE id = 1", "CREATE TABLE other (x)"],
      ["VACUUM", "INSERT INTO item (body) VALUES ('c')"],
    ]);
    await using replica = await ReplicaFolder.of(history);
    assertEquals(sha256(await replica.restoredBytes()), sha256(history.database), `pages of ${pageBytes} bytes`);
  }
});

Deno.test("WalApplier cuts the database when it shrinks", async () => {
  const grow = "INSERT INTO item (body) VALUES (zeroblob(200000))";
  const history = await recordHistory(4096, [[grow], ["DELETE FROM item", "VACUUM"]]);
  await using replica = await ReplicaFolder.of(history);
  const bytes = await replica.restoredBytes();
  assertEquals(bytes.byteLength, history.database.byteLength);
  assert(bytes.byteLength < 20_000);
  assertEquals(sha256(bytes), sha256(history.database));
});

Deno.test("WalApplier reads checksums of either byte order", async () => {
  const plain = withByteOrder(new Uint8Array([...FIRST.plain, ...SECOND.plain]), "big-endian");
  const segments = [{ index: 0, offset: 0, plain }, THIRD];
  await using replica = await ReplicaFolder.of({ base: HISTORY.base, segments });
  assertEquals(sha256(await replica.restoredBytes()), sha256(HISTORY.database));
});

Deno.test("WalApplier takes a segment that holds the WAL's header only", async () => {
  const { plain } = FIRST;
  const cut = [{ ...FIRST, plain: plain.slice(0, WAL_HEADER_BYTES) }, { index: 0, offset: 32, plain: plain.slice(32) }];
  await using replica = await ReplicaFolder.of({ base: HISTORY.base, segments: [...cut, SECOND, THIRD] });
  assertEquals(sha256(await replica.restoredBytes()), sha256(HISTORY.database));
});

Deno.test("WalApplier gives the same bytes however the segments are cut into pieces", async () => {
  await withRandom(async (random) => {
    const folder = await Deno.makeTempDir();
    for (const maxPieceBytes of [1, 31, 33, 600, 5000]) {
      const path = `${folder}/${maxPieceBytes}.db`;
      {
        await using file = await RestoreFile.create(path);
        await file.append(HISTORY.base);
        const applier = new WalApplier(file, { generation: GENERATION, pageBytes: 512, ends: new Map() });
        for (const { index, offset, plain } of HISTORY.segments) {
          const pieces = ReadableStream.from(random.pieces(plain, maxPieceBytes));
          await applier.apply({ key: segmentKey(index, offset), index, offset }, pieces);
        }
        await applier.finish();
        assertEquals(applier.end, { index: 1, offset: THIRD.plain.byteLength });
        await file.finish((applier.pageCount ?? 0) * 512);
      }
      assertEquals(sha256(await Deno.readFile(path)), sha256(HISTORY.database));
    }
    await Deno.remove(folder, { recursive: true });
  });
});

const HEADER_FIELDS = { magic: 3, version: 7, "page size": 10, sequence: 15, salt1: 19, salt2: 23, s0: 27, s1: 31 };

for (const [field, at] of Object.entries(HEADER_FIELDS)) {
  Deno.test(`WalApplier refuses the segment when a bit of its WAL header's ${field} is wrong`, async () => {
    for (const name of ["p512", "p4096"] as const) {
      await using replica = await copyFixture(name);
      for (const { key, offset } of await readFixtureSegments(name)) {
        if (offset > 0) continue;
        const stored = await replica.get(key);
        await flipPlain(replica, key, at);
        await assertRefused(replica, { code: "object-damaged", key });
        await replica.put(key, stored);
      }
    }
  });
}

const FRAME_FIELDS = { "page number": 3, "commit size": 7, salt1: 11, salt2: 15, s0: 19, s1: 23, page: 24 + 500 };

for (const [field, at] of Object.entries(FRAME_FIELDS)) {
  Deno.test(`WalApplier refuses the segment when a bit of a frame's ${field} is wrong`, async () => {
    await using replica = await copyFixture("p512");
    for (const { key, offset } of await readFixtureSegments("p512")) {
      const stored = await replica.get(key);
      const { byteLength } = await plainOf(stored);
      const firstFrame = offset === 0 ? WAL_HEADER_BYTES : 0;
      for (const frame of new Set([firstFrame, byteLength - FRAME_BYTES])) {
        await flipPlain(replica, key, frame + at);
        await assertRefused(replica, { code: "object-damaged", key });
        await replica.put(key, stored);
      }
    }
  });
}

Deno.test("WalApplier refuses a segment that was cut short, wherever", async () => {
  const { byteLength } = SECOND.plain;
  await using replica = await ReplicaFolder.of(HISTORY);
  for (const length of [1, 23, 24, 25, FRAME_BYTES - 1, FRAME_BYTES + 1, byteLength - 1]) {
    await replica.put(SECOND_KEY, await encodeFrame(SECOND.plain.slice(0, length)));
    await assertRefused(replica, { code: "object-damaged", key: SECOND_KEY });
  }
  await replica.put(SECOND_KEY, await encodeFrame(SECOND.plain));
  for (const length of [1, 31, 33, 32 + FRAME_BYTES - 1]) {
    await replica.put(segmentKey(0, 0), await encodeFrame(FIRST.plain.slice(0, length)));
    await assertRefused(replica, { code: "object-damaged", key: segmentKey(0, 0) });
  }
});

Deno.test("WalApplier names what is missing when a segment before it was cut between two frames", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  for (const length of [32, 32 + FRAME_BYTES, FIRST.plain.byteLength - FRAME_BYTES]) {
    await replica.put(segmentKey(0, 0), await encodeFrame(FIRST.plain.slice(0, length)));
    await assertRefused(replica, { code: "object-missing", key: segmentKey(0, length) });
  }
});

Deno.test("WalApplier refuses a segment that begins before the end of the one before it", async () => {
  await using replica = await ReplicaFolder.of(HISTORY);
  for (const offset of [1, 32, SECOND.offset - FRAME_BYTES, SECOND.offset - 1]) {
    const key = segmentKey(0, offset);
    await replica.put(key, await encodeFrame(FIRST.plain.slice(offset)));
    await assertRefused(replica, { code: "object-damaged", key });
    await replica.remove(key);
  }
  await replica.put(segmentKey(0, 0), await encodeFrame(new Uint8Array([...FIRST.plain, ...SECOND.plain])));
  await assertRefused(replica, { code: "object-damaged", key: SECOND_KEY });
});

Deno.test("WalApplier refuses a segment that continues the WAL under the name of another place", async () => {
  for (const offset of [SECOND.offset - FRAME_BYTES, SECOND.offset + FRAME_BYTES]) {
    await using replica = await ReplicaFolder.of({ base: HISTORY.base, segments: [FIRST, { ...SECOND, offset }] });
    const isBehindGap = offset > SECOND.offset;
    const key = isBehindGap ? SECOND_KEY : segmentKey(0, offset);
    await assertRefused(replica, { code: isBehindGap ? "object-missing" : "object-damaged", key });
  }
});

Deno.test("WalApplier names what is missing when a segment without content stands behind the gap", async () => {
  await using replica = await ReplicaFolder.of({ base: HISTORY.base, segments: [FIRST, THIRD] });
  const end = SECOND.offset + SECOND.plain.byteLength;
  await replica.put(segmentKey(0, end), await encodeFrame(new Uint8Array()));
  await assertRefused(replica, { code: "object-missing", key: SECOND_KEY });
});

/** Pages of 64 KiB that are more than the applier holds before it writes. */
const MANY_PAGES = 600;

/** Appends a transaction of many pages to a WAL's bytes. */
function withLargeTransaction(wal: Uint8Array, { commitPageCount }: { readonly commitPageCount: number }): Uint8Array {
  const large = Array.from({ length: MANY_PAGES }, (_, i) => ({
    pageNumber: i + 1,
    commitPageCount: i === MANY_PAGES - 1 ? commitPageCount : 0,
    page: new Uint8Array(65_536).fill(i % 251 + 1),
  }));
  return buildWal(headerOf(wal), [...framesOf(wal), ...large]);
}

/** What whoever takes over puts behind the end of a WAL. */
function sealOf({ index, offset, plain }: PlainSegment): PlainSegment {
  return { index, offset: offset + plain.byteLength, plain: new Uint8Array() };
}

Deno.test("WalApplier leaves out a transaction without its commit, at the end and before a seal", async () => {
  const open = { ...SECOND, plain: SECOND.plain.slice(0, -FRAME_BYTES) };
  const before = sha256(await databaseOf([FIRST]));
  assert(open.plain.byteLength > 0);
  assertEquals(sha256(await databaseOf([FIRST, open])), before);
  const sealed = [FIRST, open, sealOf(open), THIRD];
  assertEquals(sha256(await databaseOf(sealed)), sha256(await databaseOf([FIRST, THIRD])));
});

Deno.test("WalApplier names the missing object when a WAL that nobody closed ends within a transaction", async () => {
  const open = { ...SECOND, plain: SECOND.plain.slice(0, -FRAME_BYTES) };
  const error: unknown = await assertRejects(() => databaseOf([FIRST, open, THIRD]));
  assertEquals(error instanceof ReplicateError && error.code, "object-missing");
  assertStringIncludes(String(error), segmentKey(0, sealOf(open).offset));
});

async function databaseOf(segments: readonly PlainSegment[]): Promise<Uint8Array> {
  await using replica = await ReplicaFolder.of({ base: HISTORY.base, segments });
  return await replica.restoredBytes();
}

Deno.test("WalApplier keeps to the last commit when more than it can hold follows without one", async () => {
  const history = await recordHistory(65_536, [["INSERT INTO item (body) VALUES ('a')"], ["DELETE FROM item"]]);
  const [first, second] = [segmentAt(history, 0), segmentAt(history, 1)];
  const open = { ...first, plain: withLargeTransaction(first.plain, { commitPageCount: 0 }) };
  const alsoOpen = { ...second, plain: withLargeTransaction(second.plain, { commitPageCount: 0 }) };
  const seal = sealOf(open);
  for (const segments of [[open], [open, seal, second], [first, alsoOpen], [open, seal, alsoOpen]]) {
    const committed = segments.filter(({ plain }) => plain.byteLength > 0).map(({ index }) =>
      segmentAt(history, index)
    );
    await using expected = await ReplicaFolder.of({ base: history.base, segments: committed });
    await using replica = await ReplicaFolder.of({ base: history.base, segments });
    assertEquals(sha256(await replica.restoredBytes()), sha256(await expected.restoredBytes()));
  }
});

Deno.test("WalApplier replays a transaction that is more than it can hold", async () => {
  const history = await recordHistory(65_536, [["INSERT INTO item (body) VALUES ('a')"]]);
  const first = segmentAt(history, 0);
  const plain = withLargeTransaction(first.plain, { commitPageCount: MANY_PAGES });
  await using replica = await ReplicaFolder.of({ base: history.base, segments: [{ ...first, plain }] });
  const bytes = await replica.restoredBytes();
  assertEquals(bytes.byteLength, MANY_PAGES * 65_536);
  for (let i = 0; i < MANY_PAGES; i++) {
    assertEquals([bytes[i * 65_536], bytes[i * 65_536 + 65_535]], [i % 251 + 1, i % 251 + 1]);
  }
});
