import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { type SnapshotRead, writeSnapshot } from "../../replicate/snapshot.ts";
import { decompressWithTool, SKIP_LZ4_TOOL } from "../support/lz4_tool.ts";
import { seededRandom } from "../support/random.ts";
import { GENERATION, plainOf, recordHistory, ReplicaFolder, sha256, snapshotKey } from "../support/replica_builder.ts";

const KEY = { generation: GENERATION, index: 7 };

const noTurn = (): Promise<void> => Promise.resolve();

/** Reads the pages of a database file; notes which. */
function readOf(database: Uint8Array, pageBytes: number): SnapshotRead & { readonly read: number[] } {
  const read: number[] = [];
  return {
    read,
    pageBytes,
    pageCount: database.byteLength / pageBytes,
    readPage: (pageNumber) => {
      read.push(pageNumber);
      return new Uint8Array(database.slice((pageNumber - 1) * pageBytes, pageNumber * pageBytes));
    },
    [Symbol.dispose]: () => undefined,
  };
}

/** A database of about 3 MiB, half of which does not compress. */
async function databaseOf(pageBytes: number): Promise<Uint8Array> {
  const { database } = await recordHistory(pageBytes, [
    ["INSERT INTO item (body) VALUES (randomblob(1500000))", "INSERT INTO item (body) VALUES (zeroblob(1500000))"],
  ]);
  return database;
}

for (const pageBytes of [512, 4096, 65_536]) {
  Deno.test({
    name: `writeSnapshot() writes what the lz4 command reads as the database (pages of ${pageBytes} bytes)`,
    ignore: SKIP_LZ4_TOOL,
    fn: async () => {
      await using replica = await ReplicaFolder.create();
      const database = await databaseOf(pageBytes);
      const read = readOf(database, pageBytes);
      await writeSnapshot(replica.store, KEY, read, { yieldTurn: noTurn });
      assertEquals(await replica.keys(), [snapshotKey(7)]);
      assertEquals(read.read, Array.from({ length: read.pageCount }, (_, i) => i + 1));
      const stored = await replica.get(snapshotKey(7));
      assertEquals(sha256(await decompressWithTool(stored)), sha256(database));
      assertEquals(sha256(await plainOf(stored)), sha256(database));
      assertEquals(sha256(await replica.restoredBytes()), sha256(database));
    },
  });
}

Deno.test("writeSnapshot() gives other work its turn, and tells its progress, after each MiB and at the end", async () => {
  for (const pageBytes of [512, 4096, 65_536]) {
    await using replica = await ReplicaFolder.create();
    const database = await databaseOf(pageBytes);
    const done: number[] = [];
    let turns = 0;
    await writeSnapshot(replica.store, KEY, readOf(database, pageBytes), {
      yieldTurn: () => Promise.resolve(void turns++),
      onProgress: (doneBytes) => done.push(doneBytes),
    });
    const wholes = Math.floor(database.byteLength / 1_048_576);
    const expected = Array.from({ length: wholes }, (_, i) => (i + 1) * 1_048_576);
    assertEquals(done, [...new Set([...expected, database.byteLength])]);
    assertEquals(turns, done.length);
  }
});

Deno.test("writeSnapshot() names a bound that its stream keeps to, however badly the pages compress", async () => {
  const random = seededRandom(1);
  for (const pageCount of [1, 127, 128, 129, 5000]) {
    let streamBytes = 0;
    let boundBytes = 0;
    const putStream: ObjectStore["putStream"] = async (_key, chunks, { sizeBoundBytes }) => {
      boundBytes = sizeBoundBytes;
      for await (const chunk of chunks) streamBytes += chunk.byteLength;
    };
    const read = readOf(random.bytes(512 * pageCount), 512);
    await writeSnapshot({ putStream } as ObjectStore, KEY, read, { yieldTurn: noTurn });
    assert(streamBytes > 512 * pageCount, "the pages do not compress");
    assert(streamBytes <= boundBytes, `${streamBytes} > ${boundBytes}`);
  }
});

Deno.test("writeSnapshot() leaves nothing when it is told to give up", async () => {
  await using replica = await ReplicaFolder.create();
  const database = await databaseOf(4096);
  const read = readOf(database, 4096);
  const controller = new AbortController();
  const { signal } = controller;
  const yieldTurn = (): Promise<void> => Promise.resolve(controller.abort(new Error("enough")));
  await assertRejects(() => writeSnapshot(replica.store, KEY, read, { signal, yieldTurn }), Error);
  assert(read.read.length < read.pageCount);
  assertEquals(await replica.keys(), []);
  assertEquals(await filesBelow(replica.path), []);
});

Deno.test("writeSnapshot() stops reading when it is told to give up, also for a store that reads on", async () => {
  const putStream: ObjectStore["putStream"] = async (_key, chunks) => void await Array.fromAsync(chunks);
  const read = readOf(await databaseOf(4096), 4096);
  const signal = AbortSignal.abort(new Error("enough"));
  const writing = writeSnapshot({ putStream } as ObjectStore, KEY, read, { signal, yieldTurn: noTurn });
  await assertRejects(() => writing, Error, "enough");
  assertEquals(read.read.length, 256);
});

Deno.test("writeSnapshot() leaves nothing, and the old snapshot as it is, when a page cannot be read", async () => {
  await using replica = await ReplicaFolder.create();
  await replica.put(snapshotKey(7), new TextEncoder().encode("old"));
  const failure = new ReplicateError("internal", "Cannot read page 3");
  const read: SnapshotRead = {
    ...readOf(await databaseOf(4096), 4096),
    readPage: (pageNumber) => {
      if (pageNumber === 3) throw failure;
      return new Uint8Array(4096);
    },
  };
  const error = await assertRejects(
    () => writeSnapshot(replica.store, KEY, read, { yieldTurn: noTurn }),
    ReplicateError,
  );
  assertEquals(error, failure);
  assertEquals(await filesBelow(replica.path), [snapshotKey(7)]);
  assertEquals(new TextDecoder().decode(await replica.get(snapshotKey(7))), "old");
});

/** All files, temporary ones too. */
async function filesBelow(folder: string, prefix = ""): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${prefix}`)) {
    if (isDirectory) names.push(...await filesBelow(folder, `${prefix}${name}/`));
    else names.push(`${prefix}${name}`);
  }
  return names;
}
