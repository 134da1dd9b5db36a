import { assertEquals, assertStringIncludes } from "@std/assert";
import { compareLive, type LiveComparison } from "../../../replicate/commands/compare_live.ts";
import type { ObjectStore } from "../../../replicate/object_store.ts";
import { encodeFrame } from "../../../replicate/lz4/block.ts";
import { listReplica } from "../../../replicate/replica.ts";
import { plainOf, snapshotKey } from "../../support/replica_builder.ts";
import { Engine, folderStore, openApplication, withFolder } from "../../support/replicator_fixture.ts";

interface Scene {
  readonly engine: Engine;
  readonly store: ObjectStore;
  readonly folder: string;
  readonly look: (store?: ObjectStore) => Promise<LiveComparison>;
}

/** An engine with a few rows, all of them uploaded, and a clock for which no wait takes long. */
async function withEngine(body: (scene: Scene) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    using earlier = openApplication(`${folder}/app.db`);
    earlier.exec("CREATE TABLE early (body); INSERT INTO early VALUES (randomblob(60000))");
    await using engine = await Engine.start({ path: `${folder}/app.db`, stores: [store] });
    await engine.fill(3);
    await engine.synced();
    const look = (other: ObjectStore = store): Promise<LiveComparison> => {
      let nowMs = 0;
      const clock = {
        now: () => nowMs,
        monotonic: () => nowMs,
        sleep: async (ms: number): Promise<void> => {
          nowMs += ms;
          await new Promise((resolve) => setTimeout(resolve, 0));
        },
      };
      const { signal } = new AbortController();
      const options = { databasePath: `${folder}/app.db`, folder: `${folder}/work`, syncIntervalMs: 0 };
      return compareLive(other, { ...options, clock, random: () => 0.5, signal });
    };
    await body({ engine, store, folder, look });
  });
}

Deno.test("compareLive() finds a replica equal while it is written, and after its replication has ended", async () => {
  await withEngine(async ({ engine, look }) => {
    assertEquals((await look()).type, "equal");
    await engine.fill(2);
    await engine.synced();
    assertEquals((await look()).type, "equal");
    await engine.stop();
    assertEquals((await look()).type, "equal");
  });
});

/** Changes a bit of what only the snapshot knows: the rows that were there before the replication began. */
async function damageSnapshot({ store, folder }: Scene): Promise<string> {
  const [listing] = await listReplica(store);
  const key = snapshotKey(0, listing?.generation);
  const plain = await plainOf(await Deno.readFile(`${folder}/replica/${key}`));
  plain[30_000] = (plain[30_000] ?? 0) ^ 1; // in the middle of the early row
  await Deno.writeFile(`${folder}/replica/${key}`, await encodeFrame(plain));
  return key;
}

Deno.test("compareLive() tells a page of the replica that differs by a bit", async () => {
  await withEngine(async (scene) => {
    await damageSnapshot(scene);
    const found = await scene.look();
    assertEquals(found.type === "different" ? found.fault.code : found, "replica-differs");
  });
});

Deno.test("compareLive() blames nobody when the snapshot that it restored from is deleted meanwhile", async () => {
  await withEngine(async (scene) => {
    const key = await damageSnapshot(scene);
    const { store, folder } = scene;
    const found = await scene.look({
      url: store.url,
      list: (prefix, options) => store.list(prefix, options),
      read: async (wanted, options) => {
        const pieces = await store.read(wanted, options);
        if (wanted === key) await Deno.remove(`${folder}/replica/${key}`);
        return pieces;
      },
      create: (wanted, bytes, options) => store.create(wanted, bytes, options),
      putStream: (wanted, chunks, options) => store.putStream(wanted, chunks, options),
      delete: (keys, options) => store.delete(keys, options),
    });
    assertEquals(found, { type: "unknown", why: "a snapshot came or went meanwhile: try again" });
  });
});

Deno.test("compareLive() blames nobody when the replica is behind, or another instance has taken it over", async () => {
  await withEngine(async ({ engine, store, folder, look }) => {
    await engine.stop();
    engine.application.exec("INSERT INTO note (body) VALUES ('not uploaded')");
    assertEquals((await look()).type, "unknown");
    await using other = await Engine.start({ path: `${folder}/other.db`, stores: [store] });
    await other.fill(2);
    await other.synced();
    assertEquals((await look()).type, "unknown");
  });
});

Deno.test("compareLive() compares a database without a WAL with the replica's end, where only equality counts", async () => {
  await withEngine(async ({ engine, look }) => {
    await engine.stop();
    engine.application.all("PRAGMA wal_checkpoint(TRUNCATE)");
    assertEquals((await look()).type, "equal");
    engine.application.exec("INSERT INTO note (body) VALUES ('not uploaded')");
    engine.application.all("PRAGMA wal_checkpoint(TRUNCATE)");
    const found = await look();
    assertStringIncludes(found.type === "unknown" ? found.why : found.type, "the database has no WAL");
  });
});
