import { assertEquals } from "@std/assert";
import { appendLink } from "../../replicate/chain.ts";
import { newGeneration } from "../../replicate/generation.ts";
import { CONFIRMED_FOR_MS, Ownership } from "../../replicate/ownership.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { GENERATION, ReplicaFolder, segmentKey, snapshotKey } from "../support/replica_builder.ts";
import { Engine, folderStore, withFolder } from "../support/replicator_fixture.ts";

const { signal } = new AbortController();
const CONTENT = new Uint8Array([1]);
const POSITION = { generation: GENERATION, index: 2, offset: 100 };
const IS_FENCED = true;

interface Scene {
  readonly replica: ReplicaFolder;
  readonly ownership: Ownership;
  readonly clock: FakeClock;
}

async function withScene(body: (scene: Scene) => Promise<void>, isFenced = IS_FENCED): Promise<void> {
  await using replica = await ReplicaFolder.create();
  await appendLink(replica.store, 0, { generation: GENERATION, reason: "first generation" });
  for (const key of [snapshotKey(0), segmentKey(1, 0), segmentKey(2, 0)]) await replica.put(key, CONTENT);
  const clock = new FakeClock();
  await body({
    replica,
    clock,
    ownership: new Ownership(replica.store, { clock, isFenced: () => Promise.resolve(isFenced) }),
  });
}

Deno.test("Ownership.findLoss() asks nothing while the last proof is young", async () => {
  await withScene(async ({ replica, ownership, clock }) => {
    await replica.put(segmentKey(3, 0), CONTENT);
    await clock.advance(CONFIRMED_FOR_MS - 1);
    assertEquals(await ownership.findLoss(POSITION, signal), null);
    await clock.advance(1);
    assertEquals(await ownership.findLoss(POSITION, signal), segmentKey(3, 0));
  });
});

Deno.test("Ownership.findLoss() takes an untouched log for proof, and does not ask again for as long", async () => {
  await withScene(async ({ replica, ownership, clock }) => {
    await clock.advance(CONFIRMED_FOR_MS);
    assertEquals(await ownership.findLoss(POSITION, signal), null);
    await replica.put(segmentKey(2, 200), CONTENT);
    assertEquals(await ownership.findLoss(POSITION, signal), null, "just confirmed");
    await clock.advance(CONFIRMED_FOR_MS);
    assertEquals(await ownership.findLoss(POSITION, signal), segmentKey(2, 200));
  });
});

Deno.test("Ownership.findLoss() finds a log whose end was deleted as too old, a newer generation, and a new index", async () => {
  const prefix = `generations/${GENERATION}/`;
  const cases: readonly [
    change: (replica: ReplicaFolder) => Promise<unknown>,
    place: typeof POSITION,
    loss: string | null,
  ][] = [
    [(replica) => replica.store.delete([segmentKey(2, 0)]), POSITION, prefix],
    [(replica) => replica.store.delete([segmentKey(1, 0), segmentKey(2, 0)]), { ...POSITION, offset: 0 }, prefix],
    [(replica) => replica.store.delete([segmentKey(2, 0)]), { ...POSITION, offset: 0 }, null],
    [(replica) => appendLink(replica.store, 1, { generation: newGeneration(), reason: "" }), POSITION, prefix],
    [(replica) => replica.put(segmentKey(2, 100), CONTENT), POSITION, null], // perhaps our own: the create tells
  ];
  for (const [change, place, loss] of cases) {
    await withScene(async ({ replica, ownership, clock }) => {
      await change(replica);
      await clock.advance(CONFIRMED_FOR_MS);
      assertEquals(await ownership.findLoss(place, signal), loss);
    });
  }
});

Deno.test("Ownership.findLoss() asks nothing of a store that does not keep writers apart", async () => {
  await withScene(async ({ replica, ownership, clock }) => {
    await replica.put(segmentKey(3, 0), CONTENT);
    await clock.advance(CONFIRMED_FOR_MS);
    assertEquals(await ownership.findLoss(POSITION, signal), null);
  }, !IS_FENCED);
});

Deno.test("an owner that slept while another took over, and deleted what it had written in its place, is fenced", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    const clock = new FakeClock();
    const settings = { monitorIntervalMs: 3_600_000 };
    await using sleeper = await Engine.start({ path: `${folder}/one.db`, stores: [store], clock, settings });
    await sleeper.fill(2);
    await sleeper.synced();
    await using other = await Engine.start({ path: `${folder}/two.db`, stores: [store] });
    await other.fill(1);
    await other.synced();
    // All that stands behind the sleeper's end goes, as retention would have it go, but for the newest WAL.
    const keys = (await Array.fromAsync(store.list("generations/"))).map(({ key }) => key);
    await store.delete(keys.filter((key) => /\/00000000_/.test(key)));
    await clock.advance(2 * CONFIRMED_FOR_MS);
    await sleeper.commit("INSERT INTO note (body) VALUES ('too late')");
    await sleeper.happened("fenced");
  });
});

Deno.test("an owner that slept until its log was another's leaves nothing behind when it stops", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    const clock = new FakeClock();
    const settings = { monitorIntervalMs: 3_600_000 };
    const path = `${folder}/one.db`;
    await using sleeper = await Engine.start({ path, stores: [store], clock, settings, closesLog: true });
    await sleeper.fill(2);
    await sleeper.synced();
    await using other = await Engine.start({ path: `${folder}/two.db`, stores: [store] });
    await other.fill(1);
    await other.synced();
    const listKeys = async (): Promise<string[]> => (await Array.fromAsync(store.list(""))).map(({ key }) => key);
    await store.delete((await listKeys()).filter((key) => /\/00000000_/.test(key)));
    const before = await listKeys();
    await clock.advance(2 * CONFIRMED_FOR_MS);
    await sleeper.stop();
    assertEquals(await listKeys(), before);
  });
});
