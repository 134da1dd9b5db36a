/** What holds of every WAL: built from random frames, then cut, split, damaged, or followed by leftovers. */

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { frameBytes, type FrameHeader } from "../../replicate/wal/frame.ts";
import { WAL_HEADER_BYTES, type WalHeader } from "../../replicate/wal/header.ts";
import { firstFramePoint, scanFrames, type WalScan } from "../../replicate/wal/scan.ts";
import { type Random, withRandom } from "../support/random.ts";
import { buildWal, type FrameContent, framesOf, headerOf, scanWal } from "../support/wal_builder.ts";

const RUNS = 200;
const UINT32_MAX = 0xffff_ffff;

interface RandomWal {
  readonly wal: Uint8Array;
  readonly header: WalHeader;
  readonly frames: readonly FrameContent[];
}

function randomHeader(random: Random): Omit<WalHeader, "checksum"> {
  return {
    byteOrder: random.pick(["little-endian", "big-endian"]),
    pageBytes: random.pick([512, 512, 512, 1024, 4096]),
    sequence: random.integer(0, UINT32_MAX),
    salt: { salt1: random.integer(0, UINT32_MAX), salt2: random.integer(0, UINT32_MAX) },
  };
}

function randomFrame(random: Random, pageBytes: number): FrameContent {
  return {
    pageNumber: random.integer(1, UINT32_MAX),
    commitPageCount: random.next() < 0.4 ? random.integer(1, UINT32_MAX) : 0,
    page: random.next() < 0.2 ? new Uint8Array(pageBytes) : random.bytes(pageBytes),
  };
}

function randomWal(random: Random, minFrames = 0): RandomWal {
  const content = randomHeader(random);
  const count = random.integer(minFrames, 12);
  const frames = Array.from({ length: count }, () => randomFrame(random, content.pageBytes));
  const wal = buildWal(content, frames);
  return { wal, header: headerOf(wal), frames };
}

/** What a scan has to find when the first `count` frames are valid. */
function expectedOf({ header, frames }: RandomWal, count: number): { stop: number; commit: [number, number] | null } {
  const offsetAfter = (frame: number): number => WAL_HEADER_BYTES + (frame + 1) * frameBytes(header.pageBytes);
  const last = frames.slice(0, count).findLastIndex(({ commitPageCount }) => commitPageCount > 0);
  const commit: [number, number] | null = last < 0 ? null : [offsetAfter(last), frames[last]?.commitPageCount ?? 0];
  return { stop: offsetAfter(count - 1), commit };
}

function summaryOf({ stop, lastCommit }: WalScan): { stop: number; commit: [number, number] | null } {
  return { stop: stop.offset, commit: lastCommit && [lastCommit.offset, lastCommit.pageCount] };
}

Deno.test("scanFrames() finds every frame and the last commit of any WAL", async () => {
  await withRandom((random) => {
    for (let run = 0; run < RUNS; run++) {
      const built = randomWal(random);
      const scan = scanWal(built.wal);
      assertEquals(scan.end, "end-of-bytes");
      assertEquals(summaryOf(scan), expectedOf(built, built.frames.length));
      assertEquals(framesOf(built.wal), built.frames);
    }
  });
});

Deno.test("scanFrames() in two pieces finds the same as in one, wherever the cut is", async () => {
  await withRandom((random) => {
    for (let run = 0; run < RUNS; run++) {
      const { wal, header, frames } = randomWal(random);
      const damaged = wal.slice();
      const at = random.integer(WAL_HEADER_BYTES, wal.byteLength + 1000); // beyond the end: no damage
      if (at < wal.byteLength) damaged[at] = (damaged[at] ?? 0) ^ random.integer(1, 255);
      const cut = random.integer(WAL_HEADER_BYTES, wal.byteLength);
      const inOne = visitsOf(header, damaged, WAL_HEADER_BYTES, damaged.byteLength);
      const first = visitsOf(header, damaged, WAL_HEADER_BYTES, cut);
      const from = first.scan.stop;
      const second = visitsOf(header, damaged, from.offset, damaged.byteLength, from);
      assertEquals({ ...second.scan, lastCommit: second.scan.lastCommit ?? first.scan.lastCommit }, inOne.scan);
      assertEquals([...first.visits, ...second.visits], inOne.visits);
      assert(inOne.visits.length <= frames.length);
    }
  });
});

Deno.test("scanFrames() stops at the frame that holds the first changed byte", async () => {
  await withRandom((random) => {
    for (let run = 0; run < RUNS; run++) {
      const built = randomWal(random, 1);
      const damaged = built.wal.slice();
      const at = random.integer(WAL_HEADER_BYTES, damaged.byteLength - 1);
      damaged[at] = (damaged[at] ?? 0) ^ random.integer(1, 255);
      const count = Math.floor((at - WAL_HEADER_BYTES) / frameBytes(built.header.pageBytes));
      const inFrame = (at - WAL_HEADER_BYTES) % frameBytes(built.header.pageBytes);
      const scan = scanWal(damaged);
      assertEquals(scan.end, inFrame >= 8 && inFrame < 16 ? "salt-mismatch" : "checksum-mismatch");
      assertEquals(summaryOf(scan), expectedOf(built, count));
    }
  });
});

Deno.test("scanFrames() stops at the last whole frame when the WAL is cut anywhere", async () => {
  await withRandom((random) => {
    for (let run = 0; run < RUNS; run++) {
      const built = randomWal(random);
      const size = random.integer(WAL_HEADER_BYTES, built.wal.byteLength);
      const count = Math.floor((size - WAL_HEADER_BYTES) / frameBytes(built.header.pageBytes));
      const scan = scanWal(built.wal.subarray(0, size));
      const isWhole = size === WAL_HEADER_BYTES + count * frameBytes(built.header.pageBytes);
      assertEquals(scan.end, isWhole ? "end-of-bytes" : "partial-frame");
      assertEquals(summaryOf(scan), expectedOf(built, count));
    }
  });
});

Deno.test("scanFrames() takes no leftover of the WAL before, wherever the new one ends", async () => {
  await withRandom((random) => {
    for (let run = 0; run < RUNS; run++) {
      const old = randomWal(random, 2);
      const { salt1 } = old.header.salt;
      const salt = { salt1: (salt1 + 1) >>> 0, salt2: random.integer(0, UINT32_MAX) };
      const count = random.integer(0, old.frames.length - 1);
      const frames = Array.from({ length: count }, () => randomFrame(random, old.header.pageBytes));
      const wal = buildWal({ ...old.header, salt }, frames);
      const file = Buffer.concat([wal, old.wal.subarray(wal.byteLength)]);
      const scan = scanWal(file);
      assertEquals(scan.end, "salt-mismatch");
      assertEquals(summaryOf(scan), expectedOf({ wal, header: headerOf(wal), frames }, count));
    }
  });
});

Deno.test("scanFrames() takes no frame that stood at another place of the same WAL", async () => {
  await withRandom((random) => {
    for (let run = 0; run < RUNS; run++) {
      const { wal, header, frames } = randomWal(random, 2);
      const size = frameBytes(header.pageBytes);
      const from = random.integer(0, frames.length - 1);
      const to = random.integer(0, frames.length - 1);
      if (from === to) continue;
      const moved = wal.slice();
      moved.copyWithin(
        WAL_HEADER_BYTES + to * size,
        WAL_HEADER_BYTES + from * size,
        WAL_HEADER_BYTES + (from + 1) * size,
      );
      assertEquals(scanWal(moved).stop.offset, WAL_HEADER_BYTES + to * size);
    }
  });
});

/** Scans a range of a WAL, and notes each visit with its place in the whole. */
function visitsOf(
  header: WalHeader,
  wal: Uint8Array,
  start: number,
  end: number,
  from = firstFramePoint(header),
): { readonly scan: WalScan; readonly visits: readonly [FrameHeader, number][] } {
  const visits: [FrameHeader, number][] = [];
  const scan = scanFrames(header, wal.subarray(start, end), from, (frame, at) => void visits.push([frame, start + at]));
  return { scan, visits };
}
