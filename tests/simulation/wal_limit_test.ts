/** A WAL of four gigabytes: offsets in the replica have eight hexadecimal digits, and others could not read a ninth. */

import { assertEquals, assertRejects } from "@std/assert";
import { newGeneration } from "../../replicate/generation.ts";
import { OFFSET_MAX } from "../../replicate/position.ts";
import { ReplicaSync } from "../../replicate/sync.ts";
import { WalCursor, WalDiscontinuity } from "../../replicate/wal_cursor.ts";
import { encodeFrame, frameBytes } from "../../replicate/wal/frame.ts";
import { encodeWalHeader, WAL_HEADER_BYTES } from "../../replicate/wal/header.ts";
import { WalFile } from "../../replicate/wal_file.ts";
import { folderStore, withFolder } from "../support/replicator_fixture.ts";
import { headerOf } from "../support/wal_builder.ts";

const PAGE_BYTES = 4096;
const FRAME_BYTES = frameBytes(PAGE_BYTES);

/** A file with holes, whose last two frames are a whole chain: the one before is taken for captured. */
async function withLongWal(frames: number, body: (cursor: WalCursor) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const header = headerOf(encodeWalHeader({
      byteOrder: "little-endian",
      pageBytes: PAGE_BYTES,
      sequence: 0,
      salt: { salt1: 1, salt2: 2 },
    }));
    const content = { pageNumber: 1, commitPageCount: 1, page: new Uint8Array(PAGE_BYTES) };
    const captured = encodeFrame(header, header.checksum, content);
    const view = new DataView(captured.buffer);
    const checksum = { s0: view.getUint32(16), s1: view.getUint32(20) };
    const offset = WAL_HEADER_BYTES + frames * FRAME_BYTES;
    {
      using file = await Deno.open(`${folder}/app.db-wal`, { write: true, create: true });
      const writeAt = async (at: number, bytes: Uint8Array): Promise<void> => {
        await file.seek(at, Deno.SeekMode.Start);
        assertEquals(await file.write(bytes), bytes.byteLength);
      };
      await writeAt(0, encodeWalHeader(header));
      await writeAt(offset - FRAME_BYTES, captured);
      await writeAt(offset, encodeFrame(header, checksum, content));
    }
    using walFile = new WalFile(`${folder}/app.db`);
    await body(new WalCursor(walFile, header, { start: { offset, checksum }, runBytesMax: 65_536 }));
  });
}

async function capture(cursor: WalCursor): Promise<ReplicaSync> {
  const sync = new ReplicaSync(folderStore("/nowhere"), 65_536);
  sync.begin({ generation: newGeneration(), index: 0, cursor });
  await sync.capture(1, 1_000_000);
  return sync;
}

Deno.test("hazard 14: the last frame below four gigabytes is captured", async () => {
  const frames = Math.floor((OFFSET_MAX - WAL_HEADER_BYTES) / FRAME_BYTES);
  await withLongWal(frames, async (cursor) => assertEquals((await capture(cursor)).queuedBytes, FRAME_BYTES));
});

Deno.test("hazard 14: a frame beyond four gigabytes ends the generation, and says why", async () => {
  const frames = Math.floor((OFFSET_MAX - WAL_HEADER_BYTES) / FRAME_BYTES) + 1;
  await withLongWal(frames, async (cursor) => {
    const error = await assertRejects(() => capture(cursor), WalDiscontinuity);
    assertEquals(error.reason, "wal outgrew its bound");
  });
});
