/** Taking a replica over, with real databases; the protocol alone is explored by takeover_model_test.ts. */

import { assert, assertEquals } from "@std/assert";
import { countLinks } from "../../replicate/chain.ts";
import { findLogEnd } from "../../replicate/log_end.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { listReplica } from "../../replicate/replica.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { copyDisk } from "../support/machine.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { Engine, folderStore, withFolder } from "../support/replicator_fixture.ts";

async function snapshotsOf(store: ObjectStore): Promise<number> {
  return (await listReplica(store)).reduce((sum, { snapshots }) => sum + snapshots.length, 0);
}

async function endStateOf(store: ObjectStore): Promise<string> {
  const newest = (await listReplica(store)).at(-1);
  if (newest === undefined) throw new Error("There is no generation");
  return (await findLogEnd(store, newest)).state;
}

/** Runs an instance until it is synced, and ends it without a word. */
async function runAndDie(path: string, store: ObjectStore, rows: number): Promise<void> {
  await using engine = await Engine.start({ path, stores: [store] });
  await engine.fill(rows);
  await engine.synced();
}

Deno.test("inherit() goes on in the same generation on an empty disk, start after start, without another snapshot", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    for (let start = 0; start < 5; start++) {
      await using engine = await Engine.start({
        path: `${folder}/${start}.db`,
        stores: [store],
        closesLog: start % 2 === 0,
      });
      await engine.fill(2);
      await engine.synced();
      assertEquals(engine.application.value("SELECT count(*) FROM note"), 2 * (start + 1));
      assertEquals(engine.eventsOf("generation-started").length, start === 0 ? 1 : 0);
      if (start < 4) await engine.stop();
      await assertRestoresEqual(store, `${folder}/${start}.db`);
    }
    assertEquals([(await listReplica(store)).length, await snapshotsOf(store), await countLinks(store)], [1, 1, 1]);
  });
});

Deno.test("a clean stop closes the log: the next start does not wait, on the same disk or on an empty one", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    const path = `${folder}/app.db`;
    const options = { stores: [store], closesLog: true, settings: { takeoverGraceMs: 3_600_000 } };
    {
      await using engine = await Engine.start({ path, ...options });
      await engine.fill(2);
      assertEquals(await engine.stop(), "synced");
      assertEquals(await endStateOf(store), "sealed");
      copyDisk(path, `${folder}/same`);
    }
    {
      await using engine = await Engine.start({ path: `${folder}/same/app.db`, ...options });
      assertEquals(engine.eventsOf("restored"), []);
      await engine.fill(1);
      assertEquals(engine.eventsOf("generation-started"), [], "the log goes on");
      assertEquals(await engine.stop(), "synced");
    }
    await using engine = await Engine.start({ path: `${folder}/empty.db`, ...options });
    assertEquals([engine.eventsOf("takeover-waiting"), engine.readers], [[], []]);
    assertEquals(engine.application.value("SELECT count(*) FROM note"), 3);
    assertEquals(await snapshotsOf(store), 1);
  });
});

Deno.test("a start on an empty disk lets the database be read while it waits for an open log, and then takes it over", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    await runAndDie(`${folder}/one.db`, store, 3);
    const clock = new FakeClock();
    const settings = { takeoverGraceMs: 10_000 };
    let isStarted = false;
    const starting = Engine.start({ path: `${folder}/two.db`, stores: [store], clock, settings });
    starting.then(() => isStarted = true);
    for (let second = 0; second < 10; second++) {
      await clock.whenPending(1);
      assert(!isStarted, `after ${second} s`);
      await clock.advance(1_000);
    }
    while (!isStarted) await clock.advance(0);
    await using engine = await starting;
    assertEquals(engine.readers, ["opened"], "and not restored again, as nothing came");
    assertEquals(engine.eventsOf("takeover-waiting").length, 1);
    assertEquals(engine.application.value("SELECT count(*) FROM note"), 3);
  });
});

Deno.test("an instance that is taken over while it writes is fenced, and all that it had acknowledged is in the other", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    await using first = await Engine.start({ path: `${folder}/one.db`, stores: [store] });
    await first.fill(3);
    await first.synced();
    await using second = await Engine.start({ path: `${folder}/two.db`, stores: [store] });
    assertEquals(second.application.value("SELECT count(*) FROM note"), 3);
    await first.commit("INSERT INTO note (body) VALUES ('too late')");
    await first.happened("fenced");
    await second.fill(2);
    await second.synced();
    assertEquals(first.status?.role, "fenced");
    assertEquals(await second.stop(), "synced");
    await assertRestoresEqual(store, `${folder}/two.db`);
    assertEquals((await listReplica(store)).length, 1);
  });
});

Deno.test("a start that is faster than another fences it before it wrote anything, and that one starts again", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    await runAndDie(`${folder}/one.db`, store, 3);
    let isRacing = true;
    // Right before the claim of the second, a third takes over, writes and closes its log.
    const racing = beforeCreate(store, async (key) => {
      if (!isRacing || !/00000001_00000000/.test(key)) return;
      isRacing = false;
      await using third = await Engine.start({ path: `${folder}/three.db`, stores: [store], closesLog: true });
      await third.fill(4);
      assertEquals(await third.stop(), "synced");
    });
    await using second = await Engine.start({ path: `${folder}/two.db`, stores: [racing] });
    assertEquals([isRacing, second.eventsOf("claim-lost").length, second.eventsOf("fenced").length], [false, 1, 0]);
    assertEquals(second.eventsOf("stale-database"), [], "what it had restored is only a copy");
    assertEquals(second.application.value("SELECT count(*) FROM note"), 7);
    await second.fill(1);
    await second.synced();
    await assertRestoresEqual(store, `${folder}/two.db`);
  });
});

Deno.test("a copy whose process died before the claim is restored anew, as the log may have gone on", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    await using first = await Engine.start({ path: `${folder}/one.db`, stores: [store] });
    await first.fill(3);
    await first.synced();
    const clock = new FakeClock();
    const dying = Engine.start({
      path: `${folder}/two.db`,
      stores: [store],
      clock,
      settings: { takeoverGraceMs: 1_000 },
    });
    await clock.whenPending(1); // it has restored, and waits
    copyDisk(`${folder}/two.db`, `${folder}/dead`);
    await first.fill(2);
    await first.synced();
    await using restarted = await Engine.start({ path: `${folder}/dead/two.db`, stores: [store] });
    assertEquals(restarted.application.value("SELECT count(*) FROM note"), 5);
    assertEquals(restarted.eventsOf("stale-database"), []);
    let isStarted = false;
    dying.then(() => isStarted = true);
    while (!isStarted) await clock.advance(1_000);
    await using taken = await dying;
    assert(taken.readers.includes("closed"), "its readers let go before it was restored again");
    assertEquals(taken.application.value("SELECT count(*) FROM note"), 5);
  });
});

/** A store that has something done right before each create. */
function beforeCreate(store: ObjectStore, act: (key: string) => Promise<void>): ObjectStore {
  return {
    url: store.url,
    list: (prefix, options) => store.list(prefix, options),
    read: (key, options) => store.read(key, options),
    create: async (key, bytes, options) => {
      await act(key);
      return await store.create(key, bytes, options);
    },
    putStream: (key, chunks, options) => store.putStream(key, chunks, options),
    delete: (keys, options) => store.delete(keys, options),
  };
}
