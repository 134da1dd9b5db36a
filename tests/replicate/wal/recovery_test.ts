/** SQLite itself as the judge: what it recovers from a WAL is what a scan finds. */

import { assertEquals } from "@std/assert";
import { frameBytes, framesBelow } from "../../../replicate/wal/frame.ts";
import { WAL_HEADER_BYTES } from "../../../replicate/wal/header.ts";
import {
  buildWal,
  framesOf,
  headerOf,
  recordWal,
  recoverWal,
  scanWal,
  withByteOrder,
} from "../../support/wal_builder.ts";

/** How many frames SQLite has to take, by our own scan. */
function committedFrames(wal: Uint8Array): number {
  return framesBelow(scanWal(wal).lastCommit?.offset ?? 0, headerOf(wal).pageBytes);
}

for (const pageBytes of [512, 4096, 65_536]) {
  for (const byteOrder of ["little-endian", "big-endian"] as const) {
    Deno.test(`SQLite recovers a re-encoded WAL when it has pages of ${pageBytes} and is ${byteOrder}`, async () => {
      const { wal, base } = await recordWal(pageBytes);
      const recovery = await recoverWal(base, withByteOrder(wal, byteOrder));
      assertEquals(recovery, {
        frameCount: framesOf(wal).length,
        items: [{ id: 1, body: "changed" }, { id: 2, body: "00".repeat(pageBytes) }],
        integrity: "ok",
      });
    });
  }
}

Deno.test("SQLite recovers the same commit as a scan when the WAL is cut around each frame", async () => {
  const { wal, base } = await recordWal(512);
  for (let boundary = WAL_HEADER_BYTES; boundary <= wal.byteLength; boundary += frameBytes(512)) {
    for (const size of [boundary - 1, boundary, boundary + 1, boundary + 24]) {
      if (size < WAL_HEADER_BYTES || size > wal.byteLength) continue;
      const { frameCount } = await recoverWal(base, wal.subarray(0, size));
      assertEquals(frameCount, committedFrames(wal.subarray(0, size)), `cut at ${size}`);
    }
  }
});

Deno.test("SQLite recovers the same commit as a scan when a byte of a frame is damaged", async () => {
  const { wal, base } = await recordWal(512);
  for (let start = WAL_HEADER_BYTES; start < wal.byteLength; start += frameBytes(512)) {
    for (const offset of [3, 7, 8, 15, 16, 23, 24, 535]) { // each field, and both ends of the page
      const damaged = wal.slice();
      damaged[start + offset] = (damaged[start + offset] ?? 0) ^ 1;
      const { frameCount } = await recoverWal(base, damaged);
      assertEquals(frameCount, committedFrames(damaged), `byte ${offset} of the frame at ${start}`);
    }
  }
});

Deno.test("SQLite takes no frame of page 0, as a scan", async () => {
  const { wal, base } = await recordWal(512);
  const frames = framesOf(wal);
  const built = buildWal(headerOf(wal), [...frames, { pageNumber: 0, commitPageCount: 5, page: new Uint8Array(512) }]);
  assertEquals((await recoverWal(base, built)).frameCount, frames.length);
  assertEquals(committedFrames(built), frames.length);
});
