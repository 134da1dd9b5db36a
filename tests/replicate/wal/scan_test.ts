import { assert, assertEquals } from "@std/assert";
import type { ByteOrder } from "../../../replicate/wal/checksum.ts";
import { frameBytes, type FrameHeader } from "../../../replicate/wal/frame.ts";
import { WAL_HEADER_BYTES } from "../../../replicate/wal/header.ts";
import { saltFollows } from "../../../replicate/wal/salt.ts";
import { firstFramePoint, scanFrames, type WalCommit, type WalEnd } from "../../../replicate/wal/scan.ts";
import {
  buildWal,
  createWalDatabase,
  framesOf,
  headerOf,
  PAGE_SIZES,
  recordWal,
  scanWal,
  withByteOrder,
} from "../../support/wal_builder.ts";

const BYTE_ORDERS: readonly ByteOrder[] = ["little-endian", "big-endian"];
const SMALL_FRAME_BYTES = frameBytes(512);

/** The commits of a valid WAL, in order. */
function commitsOf(wal: Uint8Array): WalCommit[] {
  const header = headerOf(wal);
  const commits: WalCommit[] = [];
  scanFrames(header, wal.subarray(WAL_HEADER_BYTES), firstFramePoint(header), (frame, start) => {
    const offset = WAL_HEADER_BYTES + start + frameBytes(header.pageBytes);
    if (frame.commitPageCount > 0) commits.push({ offset, checksum: frame.checksum, pageCount: frame.commitPageCount });
  });
  return commits;
}

function lastCommitUpTo(commits: readonly WalCommit[], offset: number): WalCommit | null {
  return commits.findLast((commit) => commit.offset <= offset) ?? null;
}

for (const pageBytes of PAGE_SIZES) {
  Deno.test(`scanFrames() reaches the end when SQLite wrote pages of ${pageBytes}`, async () => {
    const { wal } = await recordWal(pageBytes);
    for (const byteOrder of BYTE_ORDERS) {
      const written = withByteOrder(wal, byteOrder);
      const { stop, end, lastCommit } = scanWal(written);
      assertEquals(end, "end-of-bytes");
      assertEquals(stop.offset, wal.byteLength);
      assertEquals(lastCommit, { ...stop, pageCount: framesOf(wal).at(-1)?.commitPageCount });
    }
  });
}

Deno.test("scanFrames() visits each frame with the place where it begins", async () => {
  const { wal } = await recordWal(512);
  const header = headerOf(wal);
  const visits: [FrameHeader, number][] = [];
  scanFrames(header, wal.subarray(WAL_HEADER_BYTES), firstFramePoint(header), (...visit) => void visits.push(visit));
  assertEquals(visits.map(([, start]) => start), framesOf(wal).map((_, i) => i * SMALL_FRAME_BYTES));
  const pageNumbers = visits.map(([frame]) => frame.pageNumber);
  assertEquals(pageNumbers, framesOf(wal).map(({ pageNumber }) => pageNumber));
});

Deno.test("scanFrames() stops at once when there are no bytes", async () => {
  const header = headerOf((await recordWal(512)).wal);
  const from = firstFramePoint(header);
  assertEquals(scanFrames(header, new Uint8Array(), from), { stop: from, end: "end-of-bytes", lastCommit: null });
});

for (const byteOrder of BYTE_ORDERS) {
  Deno.test(`scanFrames() stops at exactly the damaged frame when any one bit is flipped, ${byteOrder}`, async () => {
    const wal = withByteOrder((await recordWal(512)).wal, byteOrder);
    const commits = commitsOf(wal);
    const header = headerOf(wal);
    for (let bit = WAL_HEADER_BYTES * 8; bit < wal.byteLength * 8; bit++) {
      const offset = bit >> 3;
      const original = wal[offset] ?? 0;
      wal[offset] = original ^ (1 << (bit & 7));
      const { stop, end, lastCommit } = scanFrames(header, wal.subarray(WAL_HEADER_BYTES), firstFramePoint(header));
      wal[offset] = original;
      const inFrame = (offset - WAL_HEADER_BYTES) % SMALL_FRAME_BYTES;
      const expectedEnd: WalEnd = inFrame >= 8 && inFrame < 16 ? "salt-mismatch" : "checksum-mismatch";
      const isRight = end === expectedEnd && stop.offset === offset - inFrame &&
        lastCommit?.offset === lastCommitUpTo(commits, stop.offset)?.offset;
      assert(isRight, `bit ${bit & 7} of byte ${offset}: ${end} at ${stop.offset}, ${lastCommit?.offset}`);
    }
  });

  Deno.test(`scanFrames() stops at exactly the damaged frame when any one byte is inverted, ${byteOrder}`, async () => {
    const wal = withByteOrder((await recordWal(512)).wal, byteOrder);
    const commits = commitsOf(wal);
    for (let offset = WAL_HEADER_BYTES; offset < wal.byteLength; offset++) {
      const damaged = wal.slice();
      damaged[offset] = ~(damaged[offset] ?? 0);
      const { stop, lastCommit } = scanWal(damaged);
      assertEquals(stop.offset, offset - (offset - WAL_HEADER_BYTES) % SMALL_FRAME_BYTES);
      assertEquals(lastCommit, lastCommitUpTo(commits, stop.offset));
    }
  });
}

Deno.test("scanFrames() says why and knows the last commit when the WAL is cut at any byte", async () => {
  const { wal } = await recordWal(512);
  const commits = commitsOf(wal);
  for (let size = WAL_HEADER_BYTES; size <= wal.byteLength; size++) {
    const { stop, end, lastCommit } = scanWal(wal.subarray(0, size));
    const over = (size - WAL_HEADER_BYTES) % SMALL_FRAME_BYTES;
    assertEquals(end, over === 0 ? "end-of-bytes" : "partial-frame", `cut at ${size}`);
    assertEquals(stop.offset, size - over);
    assertEquals(lastCommit, lastCommitUpTo(commits, size));
  }
});

Deno.test("scanFrames() finds the same when the bytes begin at an odd address", async () => {
  const { wal } = await recordWal(1024);
  for (const shift of [1, 2, 3]) {
    const shifted = new Uint8Array(wal.byteLength + shift).subarray(shift);
    shifted.set(wal);
    assertEquals(scanWal(shifted), scanWal(wal));
  }
});

Deno.test("scanFrames() finds the same when it goes on from any frame on", async () => {
  const { wal } = await recordWal(512);
  const header = headerOf(wal);
  const whole = scanWal(wal);
  for (let cut = WAL_HEADER_BYTES; cut <= wal.byteLength; cut += SMALL_FRAME_BYTES) {
    const first = scanWal(wal.subarray(0, cut));
    const second = scanFrames(header, wal.subarray(cut), first.stop);
    assertEquals({ ...second, lastCommit: second.lastCommit ?? first.lastCommit }, whole);
  }
});

Deno.test("scanFrames() stops at leftovers by their salt when SQLite restarted the WAL", async () => {
  await using database = await createWalDatabase(4096);
  for (let i = 0; i < 10; i++) database.sqlite.exec(`INSERT INTO item (body) VALUES ('old ${i}')`);
  const before = await database.readWal();
  for (const mode of ["PASSIVE", "RESTART"]) {
    database.sqlite.all(`PRAGMA wal_checkpoint(${mode})`);
    const old = headerOf(await database.readWal());
    database.sqlite.exec(`INSERT INTO item (body) VALUES ('new after ${mode}')`);
    const wal = await database.readWal();
    assert(saltFollows(old.salt, headerOf(wal).salt));
    assertEquals(wal.byteLength, before.byteLength, "the leftovers are still there");
    const { stop, end, lastCommit } = scanWal(wal);
    assertEquals(end, "salt-mismatch");
    assertEquals(stop.offset, WAL_HEADER_BYTES + frameBytes(4096));
    assertEquals(lastCommit?.offset, stop.offset);
  }
});

Deno.test("scanFrames() sees no commit in spilled frames when a transaction is still open", async () => {
  await using database = await createWalDatabase(1024);
  database.sqlite.exec("INSERT INTO item (body) VALUES ('committed')");
  const committed = scanWal(await database.readWal());
  database.sqlite.exec("PRAGMA cache_size = 2; BEGIN");
  for (let i = 0; i < 50; i++) database.sqlite.exec("INSERT INTO item (body) VALUES (hex(zeroblob(1000)))");
  const open = await database.readWal();
  assert(open.byteLength > committed.stop.offset + 20 * frameBytes(1024), "SQLite spilled frames");
  assertEquals(scanWal(open).lastCommit, committed.lastCommit);
  database.sqlite.exec("COMMIT");
  const closed = scanWal(await database.readWal());
  assertEquals(closed.end, "end-of-bytes");
  assertEquals(closed.lastCommit?.offset, closed.stop.offset);
});

Deno.test("scanFrames() stops after the commit when frames of a rolled-back transaction follow", async () => {
  await using database = await createWalDatabase(1024);
  database.sqlite.exec("INSERT INTO item (body) VALUES ('committed')");
  database.sqlite.exec("PRAGMA cache_size = 2; BEGIN");
  for (let i = 0; i < 50; i++) database.sqlite.exec("INSERT INTO item (body) VALUES (hex(zeroblob(1000)))");
  const spilled = await database.readWal();
  database.sqlite.exec("ROLLBACK");
  database.sqlite.exec("INSERT INTO item (body) VALUES ('next')");
  const wal = await database.readWal();
  assertEquals(wal.byteLength, spilled.byteLength, "the spilled frames are still there");
  const { stop, end, lastCommit } = scanWal(wal);
  assertEquals(end, "checksum-mismatch");
  assertEquals(lastCommit?.offset, stop.offset);
});

Deno.test("scanFrames() refuses a frame of page 0 though its checksum is right", async () => {
  const { wal } = await recordWal(512);
  const page = new Uint8Array(512);
  const built = buildWal(headerOf(wal), [3, 0, 4].map((pageNumber) => ({ pageNumber, commitPageCount: 0, page })));
  const { stop, end } = scanWal(built);
  assertEquals(end, "checksum-mismatch");
  assertEquals(stop.offset, WAL_HEADER_BYTES + SMALL_FRAME_BYTES);
});

Deno.test("firstFramePoint() is the place after the header with the header's checksum", async () => {
  const header = headerOf((await recordWal(512)).wal);
  assertEquals(firstFramePoint(header), { offset: 32, checksum: header.checksum });
});
