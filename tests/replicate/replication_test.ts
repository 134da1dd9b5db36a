/** The main thread's handle, with the real worker and a replica in a folder. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseReplicateConfig, type ReplicateConfig, type ReplicateSettings } from "../../replicate/config.ts";
import { ReplicateError } from "../../replicate/errors.ts";
import type { ReplicateEvent } from "../../replicate/events.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { formatSegmentKey } from "../../replicate/object_key.ts";
import { parsePosition } from "../../replicate/position.ts";
import { Replication } from "../../replicate/replication.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { folderStore, openApplication, withFolder } from "../support/replicator_fixture.ts";
import type { Sqlite } from "../support/sqlite.ts";

const NEVER = new AbortController().signal;

function configOf(
  folder: string,
  env: Record<string, string>,
  settings: Partial<ReplicateSettings> = {},
): ReplicateConfig {
  const url = { DB_REPLICA_URL: `file://${folder}/replica` };
  const config = parseReplicateConfig({ ...url, ...env }, { databasePath: `${folder}/data/app.db` });
  return { ...config, settings: { ...config.settings, monitorIntervalMs: 50, ...settings } };
}

/** The service's side: its events and its gate. */
class Service {
  readonly events: ReplicateEvent[] = [];
  readonly gateLog: string[] = [];
  readonly replication: Replication;
  #onEvent: () => void = () => undefined;

  constructor(config: ReplicateConfig, clock?: FakeClock) {
    const hooks = {
      onEvent: (event: ReplicateEvent) => {
        this.events.push(event);
        this.#onEvent();
      },
      hold: () => void this.gateLog.push("hold"),
      release: () => void this.gateLog.push("release"),
      openForReading: () => void this.gateLog.push("open"),
      closeForReading: () => Promise.resolve(void this.gateLog.push("close")),
    };
    this.replication = clock === undefined ? new Replication(config, hooks) : new Replication(config, hooks, clock);
  }

  async happened(type: ReplicateEvent["type"], times = 1): Promise<void> {
    while (this.events.filter((event) => event.type === type).length < times) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onEvent = resolve;
      await promise;
    }
  }

  async commit(application: Sqlite, sql: string): Promise<void> {
    for (;;) {
      try {
        application.exec(sql);
        break;
      } catch (error) {
        if (!String(error).includes("locked")) throw error;
        await new Promise((resolve) => setTimeout(resolve, 0)); // the worker has the write lock for a moment
      }
    }
    this.replication.committed();
  }
}

async function withApplication(
  config: ReplicateConfig,
  body: (service: Service, application: Sqlite) => Promise<void>,
): Promise<void> {
  await Deno.mkdir(config.databasePath.replace(/\/[^/]*$/, ""), { recursive: true });
  const service = new Service(config);
  await service.replication.prepared;
  using application = openApplication(config.databasePath);
  await service.commit(application, "CREATE TABLE note (id INTEGER PRIMARY KEY, body)");
  await body(service, application);
}

Deno.test("Replication is off, and never in the way, without replicas", async () => {
  await withFolder(async (folder) => {
    const { replication } = new Service(configOf(folder, { DB_REPLICA_URL: "none" }));
    await replication.prepared;
    replication.committed();
    await replication.durable(NEVER);
    assertEquals(replication.health(), {
      role: replication.role(),
      position: null,
      lagBytes: 0,
      lagSeconds: 0,
      lastSyncAt: null,
      error: null,
    });
    assertEquals([replication.role(), await replication.stop()], ["off", "nothing-to-sync"]);
  });
});

Deno.test("Replication.durable() waits under DURABILITY=replica until the commit can be restored", async () => {
  await withFolder(async (folder) => {
    await withApplication(configOf(folder, { DURABILITY: "replica" }), async (service, application) => {
      const { replication } = service;
      await replication.durable(NEVER);
      for (let i = 0; i < 5; i++) {
        await service.commit(application, `INSERT INTO note (body) VALUES ('${i}')`);
        assert(replication.health().lagBytes > 0);
        await replication.durable(NEVER);
        await assertRestoresEqual(folderStore(`${folder}/replica`), `${folder}/data/app.db`);
      }
      const { role, position, lagSeconds, lastSyncAt, error } = replication.health();
      assertEquals([role, replication.role(), lagSeconds, error], ["writer", "writer", 0, null]);
      assert(parsePosition(position ?? "").offset > 0);
      assert(Math.abs(Date.parse(lastSyncAt ?? "") - Date.now()) < 60_000);
      assertEquals(await replication.stop(), "synced");
    });
  });
});

Deno.test("Replication.durable() ends with its signal", async () => {
  await withFolder(async (folder) => {
    const settings = { syncIntervalMs: 3_600_000 };
    await withApplication(configOf(folder, { DURABILITY: "replica" }, settings), async (service, application) => {
      const { replication } = service;
      await service.happened("snapshot-written");
      await service.commit(application, "INSERT INTO note (body) VALUES ('one')");
      await service.commit(application, "INSERT INTO note (body) VALUES ('two')");
      const controller = new AbortController();
      const waited = replication.durable(controller.signal);
      controller.abort(new Error("too long"));
      await assertRejects(() => waited, Error, "too long");
      assertEquals(await replication.stop(), "synced", "a stop waits for no interval");
    });
  });
});

Deno.test("Replication.durable() waits for nothing under DURABILITY=local, and stop() uploads what is left", async () => {
  await withFolder(async (folder) => {
    const settings = { syncIntervalMs: 3_600_000 };
    await withApplication(configOf(folder, {}, settings), async (service, application) => {
      await service.happened("snapshot-written");
      for (let i = 0; i < 10; i++) await service.commit(application, "INSERT INTO note (body) VALUES ('local')");
      await service.replication.durable(NEVER);
      assert(service.replication.health().lagBytes > 0);
      assertEquals(await service.replication.stop(), "synced");
      assertEquals(service.replication.health().lagBytes, 0);
      await assertRestoresEqual(folderStore(`${folder}/replica`), `${folder}/data/app.db`);
    });
  });
});

Deno.test("Replication.health() tells what a validation has found, until another one finds nothing", async () => {
  await withFolder(async (folder) => {
    await withApplication(configOf(folder, {}, { validationIntervalMs: 50 }), async (service, application) => {
      const { replication } = service;
      await service.happened("snapshot-written");
      await service.commit(application, "INSERT INTO note (body) VALUES ('zero')");
      await service.happened("validated");
      assertEquals(replication.health().error, null);
      const { key = "" } = await Array.fromAsync(folderStore(`${folder}/replica`).list("generations/"))
        .then((objects) => objects.find((object) => object.key.includes("/snapshots/"))) ?? {};
      const sound = await Deno.readFile(`${folder}/replica/${key}`);
      await Deno.writeFile(`${folder}/replica/${key}`, sound.with(30, (sound[30] ?? 0) ^ 1));
      await service.commit(application, "INSERT INTO note (body) VALUES ('one')");
      await service.happened("validation-failed");
      while (replication.health().error === null) await new Promise((resolve) => setTimeout(resolve, 0));
      assert(replication.health().error?.includes(key), replication.health().error ?? "");
      const validations = service.events.filter(({ type }) => type === "validated").length;
      await Deno.writeFile(`${folder}/replica/${key}`, sound);
      await service.commit(application, "INSERT INTO note (body) VALUES ('two')");
      await service.happened("validated", validations + 1);
      while (replication.health().error !== null) await new Promise((resolve) => setTimeout(resolve, 0));
      assertEquals(await replication.stop(), "synced");
    });
  });
});

Deno.test("Replication holds and releases commits around each barrier", async () => {
  await withFolder(async (folder) => {
    const config = configOf(folder, { DURABILITY: "replica" }, { minCheckpointPageCount: 5 });
    await withApplication(config, async (service, application) => {
      for (let i = 0; i < 20; i++) {
        await service.commit(application, "INSERT INTO note (body) VALUES (randomblob(5000))");
        await service.replication.durable(NEVER);
      }
      await service.happened("wal-restarted", 3);
      assertEquals(await service.replication.stop(), "synced");
      assert(service.gateLog.length >= 6);
      assert(service.gateLog.every((entry, i) => entry === (i % 2 === 0 ? "hold" : "release")), `${service.gateLog}`);
    });
  });
});

Deno.test("Replication.durable() rejects once this instance is fenced", async () => {
  await withFolder(async (folder) => {
    await withApplication(configOf(folder, { DURABILITY: "replica" }), async (service, application) => {
      const { replication } = service;
      await replication.durable(NEVER);
      const store = folderStore(`${folder}/replica`);
      const key = formatSegmentKey(parsePosition(replication.health().position ?? ""));
      assertEquals(await store.create(key, await encodeFrame(new Uint8Array([1, 2, 3]))), "created");
      await service.commit(application, "INSERT INTO note (body) VALUES ('too late')");
      for (let i = 0; i < 2; i++) {
        const error = await assertRejects(() => replication.durable(NEVER), ReplicateError);
        assertEquals(error.code, "foreign-writer");
      }
      const { role, error } = replication.health();
      assertEquals(role, "fenced");
      assert(error?.includes("fenced"));
      assertEquals(await replication.stop(), "incomplete");
    });
  });
});

Deno.test("Replication.prepared rejects when the database must not be used", async () => {
  await withFolder(async (folder) => {
    const config = configOf(folder, {});
    await Deno.mkdir(`${folder}/data`);
    await Deno.writeTextFile(`${folder}/data/.app.db-litestream`, "a file where the folder has to be");
    const { replication } = new Service(config);
    await assertRejects(() => replication.prepared, ReplicateError);
    assert(replication.health().error !== null);
    assertEquals(await replication.stop(), "incomplete");
  });
});

Deno.test("Replication restarts a worker that failed, and what was committed meanwhile is replicated", async () => {
  await withFolder(async (folder) => {
    const clock = new FakeClock();
    const config = configOf(folder, { DURABILITY: "replica" });
    await Deno.mkdir(`${folder}/data`);
    const service = new Service(config, clock), { replication } = service;
    await replication.prepared;
    await Deno.rename(`${folder}/data`, `${folder}/away`);
    await Deno.writeTextFile(`${folder}/data`, "no folder: the worker cannot look for the database");
    await service.happened("worker-failed");
    assert(replication.health().error !== null);
    assert(service.gateLog.includes("release"), "no commit is held for a worker that is gone");
    await Deno.remove(`${folder}/data`);
    await Deno.rename(`${folder}/away`, `${folder}/data`);
    using application = openApplication(config.databasePath);
    await service.commit(application, "CREATE TABLE note (id INTEGER PRIMARY KEY, body)");
    await clock.whenPending(1);
    await clock.advance(60_000);
    await replication.durable(NEVER);
    assertEquals([replication.health().error, await replication.stop()], [null, "synced"]);
    await assertRestoresEqual(folderStore(`${folder}/replica`), config.databasePath);
  });
});
