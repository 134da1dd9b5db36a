/**
 * The replica's segments against the WAL itself, byte for byte, and against the reference implementation of LZ4.
 */

import { assert, assertEquals } from "@std/assert";
import { parseObjectKey } from "../../replicate/object_key.ts";
import { listReplica, readObject } from "../../replicate/replica.ts";
import { decompressWithTool, SKIP_LZ4_TOOL } from "../support/lz4_tool.ts";
import { withRandom } from "../support/random.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { Engine, folderStore, withFolder } from "../support/replicator_fixture.ts";
import { headerOf, scanWal } from "../support/wal_builder.ts";

/** What SQLite wrote: the committed bytes of each WAL, by its salts. */
class WalCopies {
  readonly #byName = new Map<string, Uint8Array>();

  /** Keeps what is committed at present. */
  async take(path: string): Promise<void> {
    const wal = await Deno.readFile(`${path}-wal`);
    const end = scanWal(wal).lastCommit?.offset ?? 0;
    const name = nameOf(wal);
    if (end > (this.#byName.get(name)?.byteLength ?? 0)) this.#byName.set(name, wal.slice(0, end));
  }

  /** The WAL that begins with the same header. */
  like(wal: Uint8Array): Uint8Array | undefined {
    return this.#byName.get(nameOf(wal));
  }
}

function nameOf(wal: Uint8Array): string {
  const { salt1, salt2 } = headerOf(wal).salt;
  return `${salt1}-${salt2}`;
}

Deno.test({
  name: "the segments of every index, decoded by the tool lz4 and joined, are the bytes of SQLite's WAL",
  ignore: SKIP_LZ4_TOOL,
  fn: () =>
    withRandom((random) =>
      withFolder(async (folder) => {
        const path = `${folder}/app.db`;
        const store = folderStore(`${folder}/replica`);
        const copies = new WalCopies();
        const settings = { minCheckpointPageCount: 40, segmentBytesMax: 32_768 };
        // While commits are held the WAL is whole: a barrier may follow.
        await using engine = await Engine.start({
          path,
          stores: [store],
          settings,
          onHold: () => copies.take(path),
        });
        await engine.fill(1);
        await engine.synced();
        for (let i = 0; i < 150; i++) {
          await engine.commit(`INSERT INTO note (body) VALUES (randomblob(${random.integer(0, 20_000)}))`);
          if (random.next() < 0.3) await engine.synced();
          if (random.next() < 0.2) await engine.commit("DELETE FROM note WHERE id % 7 = 3");
        }
        assertEquals(await engine.stop(), "synced");
        await copies.take(path);

        const [generation, ...others] = await listReplica(store);
        assertEquals(others, []);
        const indexes = Map.groupBy(generation?.segments ?? [], ({ index }) => index);
        assert(indexes.size > 5, `the WAL was restarted: ${indexes.size}`);
        for (const [index, segments] of indexes) {
          const parts: BlobPart[] = [];
          let end = 0;
          for (const { key, offset } of segments) {
            assertEquals(offset, end, `no gap before ${key}`);
            const plain = new Uint8Array(await decompressWithTool(await readObject(store, key)));
            end += plain.byteLength;
            parts.push(plain);
          }
          const joined = new Uint8Array(await new Blob(parts).arrayBuffer());
          assert(joined.toHex() === copies.like(joined)?.toHex(), `the bytes of index ${index}`);
        }
        for await (const { key } of store.list("generations/")) {
          assert(parseObjectKey(key) !== null, `${key} has a meaning`);
        }
        await assertRestoresEqual(store, path);
      })
    ),
});
