/** Having the right database on disk; what is decided about one that is there is tested by resume_test.ts. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { copyFixture, inspectDatabase, readFixtureMeta } from "../support/litestream_fixture.ts";
import { Machine } from "../support/machine.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { Engine, folderStore, withFolder } from "../support/replicator_fixture.ts";
import { S3Server } from "../support/s3_server.ts";
import { impatientClock, storeOn } from "../support/s3_server_store.ts";

Deno.test("prepareDatabase() has the application start empty when there is nothing anywhere", async () => {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    await using engine = await Engine.start({ path: `${folder}/app.db`, stores: [store] });
    assertEquals(engine.events.map(({ type }) => type), ["nothing-to-restore"]);
    assertEquals(await engine.stop(), "nothing-to-sync");
    const keys = (await Array.fromAsync(store.list(""))).map(({ key }) => key);
    assertEquals(keys, ["chain/00000000"], "the first generation has its name, and no object yet");
  });
});

Deno.test("prepareDatabase() restores what Litestream wrote, and it goes on in a new generation", async () => {
  await using replica = await copyFixture("p4096");
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const before = (await Array.fromAsync(replica.store.list(""))).map(({ key }) => key);
    await using engine = await Engine.start({ path, stores: [replica.store] });
    assertEquals(engine.eventsOf("restored").length, 1);
    const meta = await readFixtureMeta("p4096");
    const { rows_sha256, rows } = inspectDatabase(path);
    assertEquals([rows_sha256, rows], [meta.rows_sha256, meta.rows]);
    await engine.commit("INSERT INTO entries (creation_time, contents) VALUES (1, 'goes on')");
    await engine.synced();
    assertEquals(engine.eventsOf("generation-started").map(({ reason }) => reason), ["restored from the replica"]);
    assertEquals(await engine.stop(), "synced");
    await assertRestoresEqual(replica.store, path);
    const after = (await Array.fromAsync(replica.store.list(""))).map(({ key }) => key);
    assert(before.every((key) => after.includes(key)), "what Litestream wrote is still there");
  });
});

Deno.test("prepareDatabase() restores from the replica that was written last", async () => {
  await withFolder(async (folder) => {
    const stores = [folderStore(`${folder}/one`), folderStore(`${folder}/two`)];
    for (const [i, store] of stores.entries()) {
      await using engine = await Engine.start({ path: `${folder}/${i}.db`, stores: [store] });
      await engine.fill(i + 1);
      await engine.synced();
      await engine.stop();
    }
    await using engine = await Engine.start({ path: `${folder}/restored.db`, stores });
    assertEquals(engine.eventsOf("restored").map(({ replica }) => replica), [stores[1]?.url]);
    assertEquals(engine.application.value("SELECT count(*) FROM note"), 2);
    await engine.synced();
    assertEquals(engine.eventsOf("generation-started").map(({ replica }) => replica), [stores[0]?.url]);
    assertEquals(engine.eventsOf("resumed").map(({ replica }) => replica), [stores[1]?.url]);
  });
});

Deno.test("prepareDatabase() waits for a bucket as long as it takes when there is no database", async () => {
  await withFolder(async (folder) => {
    await using server = await S3Server.start();
    {
      await using first = await Machine.boot({ server, path: `${folder}/first.db` });
      await first.engine.fill(3);
      await first.engine.synced();
    }
    server.down = true;
    const clock = new FakeClock();
    const stores = [storeOn(server, { clock: impatientClock, maxTries: 1 })];
    const starting = Engine.start({ path: `${folder}/app.db`, stores, clock });
    for (let minute = 0; minute < 10; minute++) {
      await clock.whenPending(1);
      await clock.advance(60_000);
    }
    await clock.whenPending(1);
    server.down = false;
    await clock.advance(60_000);
    await using engine = await starting;
    assert(engine.eventsOf("sync-failed").length >= 10);
    assertEquals(engine.application.value("SELECT count(*) FROM note"), 3);
  });
});

Deno.test("prepareDatabase() serves a database that is there when the bucket cannot be reached", async () => {
  await withFolder(async (folder) => {
    await using server = await S3Server.start();
    await using first = await Machine.boot({ server, path: `${folder}/app.db` });
    await first.engine.fill(3);
    await first.engine.synced();
    const path = await first.crash(`${folder}/two`);
    server.down = true;
    const clock = new FakeClock();
    const stores = [storeOn(server, { clock: impatientClock, maxTries: 1 })];
    let isServing = false;
    const starting = Engine.start({ path, stores, clock });
    starting.then(() => isServing = true);
    for (let second = 0; second < 30 && !isServing; second++) {
      await clock.whenPending(1);
      await clock.advance(1_000);
    }
    await using engine = await starting;
    assertEquals(engine.application.value("SELECT count(*) FROM note"), 3);
    assertEquals(engine.eventsOf("resumed"), []);
  });
});

Deno.test("prepareDatabase() rejects, and makes no database, when the replica is damaged", async () => {
  await using replica = await copyFixture("p4096");
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const keys = (await Array.fromAsync(replica.store.list(""))).map(({ key }) => key);
    await replica.store.delete(keys.filter((key) => key.includes("/wal/")).slice(1, 2));
    await assertRejects(() => Engine.start({ path, stores: [replica.store] }), ReplicateError, "missing");
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  });
});
