/** The engine's thread dies under the running service. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ReplicateEvent } from "../../replicate/events.ts";
import { parseReplicateConfig, Replication } from "../../replicate/mod.ts";
import { parseServerConfig, startServer } from "../../server/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { sendPaste } from "../support/paste_client.ts";
import { folderStore, openApplication, withFolder } from "../support/replicator_fixture.ts";

/** Collects the workers that are made while a test runs. */
class Workers implements Disposable {
  readonly all: Worker[] = [];
  readonly #original = globalThis.Worker;

  constructor() {
    const { all } = this;
    globalThis.Worker = class extends this.#original {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        all.push(this);
      }
    };
  }

  [Symbol.dispose](): void {
    globalThis.Worker = this.#original;
  }
}

Deno.test("worker crashes: unready, 503 under DURABILITY=replica, reads go on; a new worker brings all into the replica", async () => {
  await withFolder(async (folder) => {
    using workers = new Workers();
    const clock = new FakeClock();
    const databasePath = `${folder}/data/store.db`;
    const env = { DB_REPLICA_URL: `file://${folder}/replica`, DURABILITY: "replica", PORT: "0", HOST: "127.0.0.1" };
    const failed = Promise.withResolvers<Extract<ReplicateEvent, { type: "worker-failed" }>>();
    const replication: Replication = new Replication(parseReplicateConfig(env, { databasePath }), {
      onEvent: (event) => event.type === "worker-failed" ? failed.resolve(event) : undefined,
      hold: () => server.hold(),
      release: () => server.release(),
      openForReading: () => undefined,
      closeForReading: () => Promise.resolve(),
    }, clock);
    const config = { ...parseServerConfig(env, []), databasePath, durabilityTimeoutMs: 300 };
    const server = startServer(config, { durability: replication, health: replication });
    const url = `http://127.0.0.1:${server.port}`;
    const readiness = async (): Promise<{ readonly status: number; readonly error: string | null }> => {
      const response = await fetch(`${url}/readyz`);
      return { status: response.status, error: (await response.json()).replication.error };
    };
    await replication.prepared;
    await server.open();
    await replication.durable(new AbortController().signal); // the schema
    const before = await sendPaste(url, new TextEncoder().encode("before"));
    assertEquals(before.status, 200);
    assertEquals((await readiness()).status, 200);

    workers.all[0]?.postMessage(null); // no message at all: the thread throws
    const { error, nextTryMs } = await failed.promise;
    assert(nextTryMs <= 2_000, "a first failure is not waited for long");
    assertEquals(await readiness(), { status: 503, error: error.message });
    const refused = await sendPaste(url, new TextEncoder().encode("meanwhile"));
    assertEquals([refused.status, refused.retryAfter], [503, "5"]);
    assertMatch(refused.text, /^Cannot confirm the change /);
    assertEquals(await (await fetch(`${url}/${before.id}`)).text(), "before");
    assertEquals(workers.all.length, 1, "the pause is kept");

    await clock.advance(60_000);
    await replication.durable(new AbortController().signal);
    assertEquals(workers.all.length, 2);
    assertEquals((await sendPaste(url, new TextEncoder().encode("after"))).status, 200);
    assertEquals(await readiness(), { status: 200, error: null });
    await server.drain();
    assertEquals(await replication.stop(), "synced");
    await assertRestoresEqual(folderStore(`${folder}/replica`), databasePath);
    using sqlite = openApplication(databasePath);
    assertEquals(sqlite.value("SELECT count(*) FROM entries"), 3);
    sqlite.exec("BEGIN IMMEDIATE; ROLLBACK"); // the dead thread has left no transaction
  });
});
