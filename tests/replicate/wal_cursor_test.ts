/** Captures from WALs whose every byte is known: built ones, which grow, are restarted, or written over. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type CapturedRun, WalCursor, WalDiscontinuity } from "../../replicate/wal_cursor.ts";
import { WalFile } from "../../replicate/wal_file.ts";
import type { WalHeader } from "../../replicate/wal/header.ts";
import { withFolder } from "../support/replicator_fixture.ts";
import { buildWal, type FrameContent, headerOf } from "../support/wal_builder.ts";

const PAGE_BYTES = 512;
const FRAME_BYTES = PAGE_BYTES + 24;

function headerLike(salt1: number): Omit<WalHeader, "checksum"> {
  return { byteOrder: "little-endian", pageBytes: PAGE_BYTES, sequence: 0, salt: { salt1, salt2: 77 } };
}

/** Frames of transactions; each number is how many frames one takes. */
function transactions(...sizes: readonly number[]): FrameContent[] {
  return sizes.flatMap((size, transaction) =>
    Array.from({ length: size }, (_, i) => ({
      pageNumber: i + 1,
      commitPageCount: i === size - 1 ? 100 : 0,
      page: new Uint8Array(PAGE_BYTES).fill(transaction * 16 + i),
    }))
  );
}

interface Scene {
  readonly file: WalFile;
  readonly write: (wal: Uint8Array) => Promise<void>;
}

async function withWal(wal: Uint8Array, body: (scene: Scene) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const write = async (bytes: Uint8Array): Promise<void> => {
      using file = await Deno.open(`${folder}/app.db-wal`, { write: true, create: true }); // in place, as SQLite does
      for (let written = 0; written < bytes.byteLength;) written += await file.write(bytes.subarray(written));
    };
    await write(wal);
    using file = new WalFile(`${folder}/app.db`);
    await body({ file, write });
  });
}

async function captureAll(cursor: WalCursor): Promise<CapturedRun[]> {
  const runs: CapturedRun[] = [];
  for (let run = await cursor.next(); run !== null; run = await cursor.next()) runs.push(run);
  return runs;
}

/** The whole WAL with one more transaction, which is not complete. */
const OPEN_TRANSACTION = transactions(3).slice(0, 2);

for (
  const { what, runFrames, sizes, expected } of [
    { what: "all at once when it fits", runFrames: 20, sizes: [1, 2, 3], expected: [6] },
    { what: "on commits when it does not fit", runFrames: 4, sizes: [1, 2, 3, 4], expected: [3, 3, 4] },
    { what: "on every commit when no two fit", runFrames: 3, sizes: [2, 2, 2], expected: [2, 2, 2] },
    { what: "within a transaction that is larger", runFrames: 3, sizes: [1, 8, 1], expected: [1, 3, 3, 3] },
    { what: "frame by frame when a run is small", runFrames: 1, sizes: [1, 2], expected: [1, 1, 1] },
  ]
) {
  Deno.test(`WalCursor.next() cuts ${what}, and takes nothing that is not committed`, async () => {
    const wal = buildWal(headerLike(1), [...transactions(...sizes), ...OPEN_TRANSACTION]);
    await withWal(wal, async ({ file }) => {
      const cursor = new WalCursor(file, headerOf(wal), { runBytesMax: 32 + runFrames * FRAME_BYTES });
      const runs = await captureAll(cursor);
      assertEquals(
        runs.map(({ offset, bytes }) =>
          Math.floor((offset === 0 ? bytes.byteLength - 32 : bytes.byteLength) / FRAME_BYTES)
        ),
        expected,
      );
      let end = 0;
      for (const { offset, bytes } of runs) {
        assertEquals(offset, end, "one after the other");
        assertEquals(bytes, wal.slice(offset, offset + bytes.byteLength));
        end += bytes.byteLength;
      }
      assertEquals(cursor.offset, end);
      assertEquals(cursor.behindBytes, 0);
    });
  });
}

Deno.test("WalCursor.next() takes nothing of a large transaction before its commit is there", async () => {
  const wal = buildWal(headerLike(1), transactions(1, 9));
  await withWal(wal.subarray(0, wal.byteLength - FRAME_BYTES), async ({ file, write }) => {
    const cursor = new WalCursor(file, headerOf(wal), { runBytesMax: 32 + 3 * FRAME_BYTES });
    assertEquals((await captureAll(cursor)).length, 1);
    assertEquals(await cursor.next(), null);
    await write(wal);
    assertEquals((await captureAll(cursor)).length, 3);
    assertEquals(cursor.offset, wal.byteLength);
  });
});

Deno.test("WalCursor.next() continues from a point in the WAL", async () => {
  const wal = buildWal(headerLike(1), transactions(1, 1, 1));
  await withWal(wal, async ({ file, write }) => {
    const first = new WalCursor(file, headerOf(wal), { runBytesMax: 4096 });
    await captureAll(first);
    const longer = buildWal(headerLike(1), transactions(1, 1, 1, 2));
    const view = new DataView(wal.buffer, wal.byteLength - FRAME_BYTES + 16);
    const start = { offset: wal.byteLength, checksum: { s0: view.getUint32(0), s1: view.getUint32(4) } };
    await write(longer);
    const second = new WalCursor(file, headerOf(wal), { start, runBytesMax: 4096 });
    assertEquals((await captureAll(second)).map(({ offset, bytes }) => [offset, bytes]), [
      [wal.byteLength, longer.slice(wal.byteLength)],
    ]);
  });
});

for (
  const { what, change, reason } of [
    {
      what: "the WAL was restarted",
      change: (): Uint8Array => buildWal(headerLike(2), transactions(1)),
      reason: "wal restarted by another process",
    },
    {
      what: "the header is gone",
      change: (): Uint8Array => new Uint8Array(32),
      reason: "wal restarted by another process",
    },
    {
      what: "a frame that was captured is another now",
      change: (): Uint8Array =>
        buildWal(headerLike(1), transactions(1, 1).map((frame) => ({ ...frame, pageNumber: 9 }))),
      reason: "wal overwritten by another process",
    },
  ]
) {
  Deno.test(`WalCursor.next() rejects when ${what}`, async () => {
    const wal = buildWal(headerLike(1), transactions(1, 1));
    await withWal(wal, async ({ file, write }) => {
      const cursor = new WalCursor(file, headerOf(wal), { runBytesMax: 4096 });
      await captureAll(cursor);
      await write(change());
      const error = await assertRejects(() => cursor.next(), WalDiscontinuity);
      assertEquals(error.reason, reason);
      assertEquals(error.code, "wal-discontinuous");
    });
  });
}

Deno.test("WalCursor.findEnd() looks ahead and keeps nothing", async () => {
  const wal = buildWal(headerLike(1), [...transactions(1, 2, 300), ...OPEN_TRANSACTION]);
  const end = 32 + 303 * FRAME_BYTES;
  await withWal(wal, async ({ file, write }) => {
    const cursor = new WalCursor(file, headerOf(wal), { runBytesMax: 4096 });
    assertEquals(cursor.behindBytes, 32, "there is a header at least");
    assertEquals(await cursor.findEnd(), end);
    assertEquals(cursor.offset, 0);
    assertEquals(cursor.behindBytes, end);
    const longer = buildWal(headerLike(1), transactions(1, 2, 300, 3, 1));
    await write(longer);
    assertEquals(await cursor.findEnd(), longer.byteLength);
    const runs = await captureAll(cursor);
    assertEquals(runs.reduce((sum, { bytes }) => sum + bytes.byteLength, 0), longer.byteLength);
    assert(runs.every(({ bytes }) => bytes.byteLength <= 4096));
  });
});

Deno.test("WalCursor.next() ignores leftovers of an earlier WAL behind the present one", async () => {
  const leftovers = buildWal(headerLike(1), transactions(1, 1, 1, 1, 1));
  const wal = buildWal(headerLike(2), transactions(1, 1));
  await withWal(leftovers, async ({ file, write }) => {
    await write(wal);
    const cursor = new WalCursor(file, headerOf(wal), { runBytesMax: 65_536 });
    await captureAll(cursor);
    assertEquals(cursor.offset, wal.byteLength);
  });
});
