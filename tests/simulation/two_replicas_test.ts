/**
 * Two replicas of one database, which need the WAL at different times.
 */

import { assert, assertEquals } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { Engine, folderStore, withFolder } from "../support/replicator_fixture.ts";
import { Writer } from "../support/writer.ts";

/** A store that can be switched off. */
class Switchable implements ObjectStore {
  readonly #store: ObjectStore;
  isDown = false;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  get url(): string {
    return this.#store.url;
  }

  list(...args: Parameters<ObjectStore["list"]>): ReturnType<ObjectStore["list"]> {
    this.#check();
    return this.#store.list(...args);
  }

  async read(...args: Parameters<ObjectStore["read"]>): ReturnType<ObjectStore["read"]> {
    this.#check();
    return await this.#store.read(...args);
  }

  async create(...args: Parameters<ObjectStore["create"]>): ReturnType<ObjectStore["create"]> {
    this.#check();
    return await this.#store.create(...args);
  }

  async putStream(...args: Parameters<ObjectStore["putStream"]>): Promise<void> {
    this.#check();
    await this.#store.putStream(...args);
  }

  async delete(...args: Parameters<ObjectStore["delete"]>): Promise<void> {
    await this.#store.delete(...args);
  }

  #check(): void {
    if (this.isDown) throw new ReplicateError("store-unavailable", "It is switched off", { retryable: true });
  }
}

Deno.test("two replicas, one of which fails for a while, both restore what the writers wrote", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    const steady = folderStore(`${folder}/steady`);
    const shaky = new Switchable(folderStore(`${folder}/shaky`));
    const settings = { minCheckpointPageCount: 12, segmentBytesMax: 262_144 };
    await using engine = await Engine.start({ path, stores: [steady, shaky], settings });
    const onCommitted = (): void => engine.noticeCommit();
    await using first = await Writer.start({ path, seed: 21, onCommitted });
    await using second = await Writer.start({ path, seed: 22, onCommitted });
    await engine.happened("snapshot-written", 2);
    for (let round = 1; round <= 3; round++) {
      shaky.isDown = true;
      await engine.until(() => engine.eventsOf("sync-failed").length >= round);
      const notice = engine.lastNotice + 30;
      await engine.until(() => (engine.status?.syncedNotice ?? 0) >= notice); // the other one goes on
      shaky.isDown = false;
      await engine.happened("sync-recovered", round);
      await engine.happened("wal-restarted", engine.eventsOf("wal-restarted").length + 20);
    }
    await Promise.all([first.stop(), second.stop()]);
    engine.noticeCommit();
    assertEquals(await engine.stop(), "synced");
    assert(engine.eventsOf("sync-failed").every(({ replica }) => replica === shaky.url));
    assertEquals(engine.eventsOf("generation-started").map(({ replica }) => replica).sort(), [shaky.url, steady.url]);
    await assertRestoresEqual(steady, path);
    await assertRestoresEqual(shaky, path);
  });
});
