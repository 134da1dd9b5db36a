/** Each row of the table "which generation, which position", with real files and a bucket that answers. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { decideResume } from "../../replicate/resume.ts";
import { StateFile } from "../../replicate/state_file.ts";
import { WalFile } from "../../replicate/wal_file.ts";
import { copyDisk, Machine, type MachineOptions, metaFolder } from "../support/machine.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { withFolder } from "../support/replicator_fixture.ts";
import { openSqlite } from "../support/sqlite.ts";
import { S3Server } from "../support/s3_server.ts";
import { storeOn } from "../support/s3_server_store.ts";

const SETTINGS = { minCheckpointPageCount: 50 };

interface Scene {
  readonly server: S3Server;
  readonly folder: string;
  /** A machine that has written ten rows, which are in the bucket. */
  readonly first: Machine;
  /** Starts a machine on a disk. */
  readonly boot: (path: string, options?: Partial<MachineOptions>) => Promise<Machine>;
}

async function withScene(body: (scene: Scene) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    await using server = await S3Server.start();
    await using stack = new AsyncDisposableStack();
    const boot = async (path: string, options: Partial<MachineOptions> = {}): Promise<Machine> =>
      stack.use(await Machine.boot({ server, path, settings: SETTINGS, ...options }));
    await Deno.mkdir(`${folder}/one`);
    const first = await boot(`${folder}/one/app.db`);
    await first.engine.fill(1);
    await first.engine.synced(); // the WAL that begins now holds nine transactions, and our own
    await first.engine.fill(9);
    await first.engine.synced();
    await body({ server, folder, first, boot });
  });
}

function puts(server: S3Server): string[] {
  return server.requests.filter(({ method }) => method !== "GET").map(({ key }) => key);
}

/** Commits, waits until it is in the bucket, and compares. */
async function assertReplicates({ engine, path }: Machine, server: S3Server): Promise<void> {
  await engine.commit("INSERT INTO note (body) VALUES ('goes on')");
  await engine.synced();
  assertEquals(await engine.stop(), "synced");
  await assertRestoresEqual(storeOn(server), path);
}

Deno.test("a restart on the same disk resumes where the replica ends, and uploads only what is missing", async () => {
  await withScene(async ({ server, folder, first, boot }) => {
    const synced = first.engine.status?.position ?? "";
    first.cutOff();
    for (let i = 0; i < 3; i++) await first.engine.commit("INSERT INTO note (body) VALUES ('not uploaded')");
    const path = await first.crash(`${folder}/two`);
    server.requests.length = 0;
    const second = await boot(path);
    await second.engine.synced();
    assertEquals(second.engine.eventsOf("resumed").map(({ position }) => position), [synced]);
    assertEquals(second.engine.eventsOf("generation-started"), []);
    assertEquals(puts(server).length, 1);
    assertEquals(second.engine.application.value("SELECT count(*) FROM note"), 13);
    await assertReplicates(second, server);
  });
});

Deno.test("a restart after a clean stop uploads nothing", async () => {
  await withScene(async ({ server, folder, first, boot }) => {
    assertEquals(await first.engine.stop(), "synced");
    const path = await first.crash(`${folder}/two`);
    server.requests.length = 0;
    const second = await boot(path);
    await second.engine.synced();
    assertEquals(second.engine.eventsOf("resumed").length, 1);
    assertEquals(puts(server), []);
    await assertReplicates(second, server);
  });
});

Deno.test("a restart resumes again and again, over restarts of the WAL", async () => {
  await withScene(async ({ server, folder, first, boot }) => {
    let machine = first;
    for (let round = 0; round < 8; round++) {
      await machine.engine.fill(20 + round, 3_000);
      await machine.engine.synced();
      if (round % 2 === 0) {
        machine.cutOff();
        await machine.engine.commit("INSERT INTO note (body) VALUES ('not uploaded')");
      }
      machine = await boot(await machine.crash(`${folder}/round-${round}`));
      await machine.engine.synced();
      assertEquals(machine.engine.eventsOf("generation-started"), [], `round ${round}`);
    }
    await assertReplicates(machine, server);
  });
});

Deno.test("a crash between a restart of the WAL and the upload of its tail begins a new generation", async () => {
  await withScene(async ({ server, folder, first, boot }) => {
    const restarts = first.engine.eventsOf("wal-restarted").length;
    first.cutOff();
    await first.engine.fill(60);
    await first.engine.happened("wal-restarted", restarts + 1);
    const second = await boot(await first.crash(`${folder}/two`));
    await second.engine.synced();
    assertEquals(second.engine.eventsOf("generation-started").map(({ reason }) => reason), [
      "wal does not continue the replica",
    ]);
    assertEquals(second.engine.application.value("SELECT count(*) FROM note"), 70, "nothing is lost");
    await assertReplicates(second, server);
  });
});

Deno.test("a WAL that was deleted begins a new generation", async () => {
  await withScene(async ({ server, folder, first, boot }) => {
    const path = await first.crash(`${folder}/two`);
    {
      using foreign = openSqlite(path);
      foreign.exec("UPDATE note SET body = 'by somebody else' WHERE id = 1");
    } // the last connection closes: SQLite checkpoints and deletes the WAL
    await assertRejects(() => Deno.stat(`${path}-wal`), Deno.errors.NotFound);
    const second = await boot(path);
    await second.engine.synced();
    assertEquals(second.engine.eventsOf("generation-started").map(({ reason }) => reason), [
      "wal does not continue the replica",
    ]);
    await assertReplicates(second, server);
  });
});

Deno.test("a database that lost what the replica has is moved aside and restored, or refused", async () => {
  await withScene(async ({ server, folder, first, boot }) => {
    const path = await first.crash(`${folder}/two`);
    await Deno.truncate(`${path}-wal`, 32 + 2 * 4120);
    await assertRejects(() => boot(path, { onStale: "fail" }), ReplicateError, "newer commits");
    const second = await boot(path);
    const [stale] = second.engine.eventsOf("stale-database");
    assert((await Deno.stat(stale?.movedTo ?? "")).isFile, "the old file is kept");
    assertEquals(second.engine.eventsOf("restored").length, 1);
    await second.engine.synced();
    assertEquals(second.engine.eventsOf("generation-started"), [], "the log goes on");
    assertEquals(second.engine.eventsOf("resumed").length, 1);
    assertEquals(second.engine.application.value("SELECT count(*) FROM note"), 10);
    await assertReplicates(second, server);
  });
});

Deno.test("a database is stale when another instance went on with its generation", async () => {
  await withScene(async ({ server, folder, first, boot }) => {
    const old = copyDisk(first.path, `${folder}/old`);
    await first.engine.fill(5);
    await first.engine.synced();
    await first.crash(`${folder}/gone`);
    const second = await boot(old);
    assertEquals(second.engine.eventsOf("stale-database").length, 1);
    assertEquals(second.engine.application.value("SELECT count(*) FROM note"), 15);
    await assertReplicates(second, server);
  });
});

Deno.test("a database is stale when another instance restored it and began a generation", async () => {
  await withScene(async ({ server, folder, first, boot }) => {
    const old = await first.crash(`${folder}/old`);
    const other = await boot(`${folder}/other.db`);
    await other.engine.fill(5);
    await other.engine.synced();
    assertEquals(await other.engine.stop(), "synced");
    const third = await boot(old);
    assertEquals(third.engine.eventsOf("stale-database").length, 1);
    assertEquals(third.engine.application.value("SELECT count(*) FROM note"), 15);
    await assertReplicates(third, server);
  });
});

for (
  const [what, change] of [
    ["without state.json", (meta: string): Promise<void> => Deno.remove(meta, { recursive: true })],
    ["with a damaged state.json", (meta: string): Promise<void> => Deno.writeTextFile(`${meta}/state.json`, "{")],
  ] as const
) {
  Deno.test(`a WAL that continues the replica is resumed ${what}`, async () => {
    await withScene(async ({ server, folder, first, boot }) => {
      const path = await first.crash(`${folder}/two`);
      await change(metaFolder(path));
      const second = await boot(path);
      await second.engine.synced();
      assertEquals(second.engine.eventsOf("resumed").length, 1);
      await assertReplicates(second, server);
    });
  });
}

Deno.test("a replica that was emptied gets a new generation", async () => {
  await withScene(async ({ server, folder, first, boot }) => {
    const path = await first.crash(`${folder}/two`);
    for (const key of server.objects.keys()) server.objects.delete(key);
    const second = await boot(path);
    await second.engine.synced();
    assertEquals(second.engine.eventsOf("generation-started").map(({ reason }) => reason), ["first generation"]);
    await assertReplicates(second, server);
  });
});

Deno.test("decideResume() finds the replica ahead when the WAL is cut below the replica's last frame", async () => {
  await withScene(async ({ server, folder, first }) => {
    const path = await first.crash(`${folder}/two`);
    const store = storeOn(server);
    const state = (await StateFile.open(path)).get(store.url);
    const sizeBytes = Number(first.engine.status?.position?.split(":").at(-1));
    assert(sizeBytes > 32 + 9 * 4120);
    const decide = async (): Promise<string> => {
      using walFile = new WalFile(path);
      return (await decideResume(store, walFile, state)).type;
    };
    assertEquals(await decide(), "continue");
    for (let cut = sizeBytes - 4097; cut >= 0; cut -= 509) {
      await Deno.truncate(`${path}-wal`, cut);
      assertEquals(await decide(), cut >= 32 ? "stale" : "new-generation", `cut at ${cut}`);
    }
  });
});
