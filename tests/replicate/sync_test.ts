/** Capture and upload of real WALs into a folder, or into a bucket that fails. */

import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { parseGeneration } from "../../replicate/generation.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { formatSegmentKey } from "../../replicate/object_key.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { readSegment } from "../../replicate/replica.ts";
import { ForeignWriterError, ReplicaSync } from "../../replicate/sync.ts";
import { WalCursor } from "../../replicate/wal_cursor.ts";
import { WalFile } from "../../replicate/wal_file.ts";
import { folderStore, withFolder } from "../support/replicator_fixture.ts";
import { S3Server } from "../support/s3_server.ts";
import { impatientClock, storeOn } from "../support/s3_server_store.ts";
import { headerOf, recordWal } from "../support/wal_builder.ts";

const SEGMENT_BYTES_MAX = 65_536;
const generation = parseGeneration("00112233445566aa") ?? (() => {
  throw new Error("That is a generation");
})();

interface Scene {
  readonly sync: ReplicaSync;
  readonly store: ObjectStore;
  readonly wal: Uint8Array<ArrayBuffer>;
  readonly newCursor: () => WalCursor;
}

async function withSync(
  makeStore: (folder: string) => ObjectStore,
  body: (scene: Scene) => Promise<void>,
): Promise<void> {
  const { wal } = await recordWal(4096);
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/app.db-wal`, wal);
    using file = new WalFile(`${folder}/app.db`);
    const newCursor = (): WalCursor => new WalCursor(file, headerOf(wal), { runBytesMax: SEGMENT_BYTES_MAX });
    const store = makeStore(`${folder}/replica`);
    const sync = new ReplicaSync(store, SEGMENT_BYTES_MAX);
    sync.begin({ generation, index: 0, cursor: newCursor() });
    await body({ sync, store, wal, newCursor });
  });
}

const key = (index: number, offset: number): string => formatSegmentKey({ generation, index, offset });

Deno.test("ReplicaSync captures and uploads the WAL, and knows how far it has come", async () => {
  await withSync(folderStore, async ({ sync, store, wal }) => {
    assertEquals(sync.position, { generation, index: 0, offset: 0 });
    assert(await sync.capture(5, Infinity));
    assertEquals([sync.queuedBytes, sync.lagBytes, sync.uploadedNotice], [wal.byteLength, wal.byteLength, 0]);
    assertEquals([sync.position?.offset, sync.uploadedEnd], [0, null], "captured is not uploaded");
    assert(await sync.upload());
    assertEquals(sync.position, { generation, index: 0, offset: wal.byteLength });
    assertEquals(sync.uploadedEnd, { index: 0, offset: wal.byteLength });
    assertEquals([sync.queuedBytes, sync.lagBytes, sync.uploadedNotice], [0, 0, 5]);
    assertFalse(await sync.upload());
    assertEquals(await readSegment(store, key(0, 0)), new Uint8Array(wal));
    assert(await sync.capture(9, Infinity));
    assertEquals(sync.uploadedNotice, 9, "nothing more was committed when that notice had come");
  });
});

Deno.test("ReplicaSync.followRestart() goes on at the next index, in order", async () => {
  await withSync(folderStore, async ({ sync, store, wal, newCursor }) => {
    await sync.capture(1, Infinity);
    sync.followRestart(newCursor());
    assertEquals(sync.position, { generation, index: 0, offset: 0 }, "the first index is still to be uploaded");
    await sync.capture(2, Infinity);
    await sync.upload();
    assertEquals([sync.position?.index, sync.uploadedNotice], [1, 1]);
    await sync.upload();
    assertEquals(sync.position, { generation, index: 1, offset: wal.byteLength });
    assertEquals(sync.uploadedNotice, 2);
    assertEquals(await readSegment(store, key(1, 0)), new Uint8Array(wal));
  });
});

Deno.test("ReplicaSync.upload() stays where it is when the store fails, and sends the same bytes again", async () => {
  await using server = await S3Server.start();
  await withSync(() => storeOn(server, { clock: impatientClock, maxTries: 1 }), async ({ sync, wal }) => {
    await sync.capture(1, Infinity);
    for (const fault of ["error-500", "error-500-after", "error-503"] as const) {
      server.nextFaults.push(fault);
      await assertRejects(() => sync.upload(), ReplicateError);
      assertEquals([sync.position?.offset, sync.uploadedNotice, sync.queuedBytes], [0, 0, wal.byteLength], fault);
    }
    assert(await sync.upload());
    assertEquals([sync.position?.offset, sync.uploadedNotice], [wal.byteLength, 1]);
    assertEquals(server.requests.filter(({ method, status }) => method === "PUT" && status === 200).length, 1);
  });
});

for (
  const { what, cut, rest } of [
    { what: "equal to ours", cut: 0, rest: false },
    { what: "a beginning of ours", cut: 4120, rest: true },
  ]
) {
  Deno.test(`ReplicaSync.upload() recognises an object that is ${what}, left by a run that died`, async () => {
    await withSync(folderStore, async ({ sync, store, wal }) => {
      await store.create(key(0, 0), await encodeFrame(wal.slice(0, wal.byteLength - cut)));
      await sync.capture(3, Infinity);
      await sync.upload();
      assertEquals(sync.position?.offset, wal.byteLength - cut);
      assertEquals(sync.uploadedNotice, rest ? 0 : 3);
      assertEquals(await sync.upload(), rest);
      assertEquals([sync.position?.offset, sync.uploadedNotice], [wal.byteLength, 3]);
    });
  });
}

for (
  const { what, change } of [
    { what: "other bytes", change: (wal: Uint8Array): Uint8Array => wal.map((byte, i) => i === 20 ? byte ^ 1 : byte) },
    { what: "more than ours", change: (wal: Uint8Array): Uint8Array => new Uint8Array([...wal, 1]) },
    { what: "nothing in it", change: (): Uint8Array => new Uint8Array() },
  ]
) {
  Deno.test(`ReplicaSync.upload() rejects, and changes nothing, when another object has ${what}`, async () => {
    await withSync(folderStore, async ({ sync, store, wal }) => {
      const foreign = await encodeFrame(new Uint8Array(change(wal)));
      await store.create(key(0, 0), foreign);
      await sync.capture(1, Infinity);
      const error = await assertRejects(() => sync.upload(), ForeignWriterError);
      assertEquals([error.key, error.code], [key(0, 0), "foreign-writer"]);
      assertEquals([sync.position?.offset, sync.uploadedNotice], [0, 0]);
      assertEquals(await readSegment(store, key(0, 0)), new Uint8Array(change(wal)));
    });
  });
}

Deno.test("ReplicaSync.capture() stops once enough waits for the upload", async () => {
  await withSync(folderStore, async ({ sync, wal }) => {
    assertFalse(await sync.capture(1, 0));
    assertEquals(sync.queuedBytes, 0);
    assert(await sync.capture(1, 1));
    assertEquals(sync.queuedBytes, wal.byteLength);
    assertFalse(await sync.capture(2, 1));
  });
});

Deno.test("ReplicaSync.abandon() forgets what waits, also while it is uploaded", async () => {
  await withSync(folderStore, async ({ sync, newCursor }) => {
    await sync.capture(1, Infinity);
    const uploaded = sync.upload();
    assert(sync.isUploading);
    sync.abandon();
    await uploaded;
    assertEquals([sync.place, sync.position, sync.queuedBytes, sync.lagBytes, sync.uploadedNotice], [
      null,
      null,
      0,
      0,
      0,
    ]);
    assertFalse(await sync.upload());
    assertFalse(await sync.capture(2, Infinity));
    sync.followRestart(newCursor());
    assertEquals(sync.place, null);
  });
});
