import { assert, assertEquals, assertFalse } from "@std/assert";
import { DatabaseReplication } from "../../../replicate/commands/database_replication.ts";
import { createLog } from "../../../replicate/commands/log.ts";
import type { ReplicateEvent } from "../../../replicate/events.ts";
import { databaseAt, DEFAULT_LOGGING, replicaAt, type ReplicaSource } from "../../../replicate/litestream/model.ts";
import { addForeignGeneration } from "../../support/foreign_generation.ts";
import { pathExists } from "../../../replicate/path_exists.ts";
import { statePath } from "../../../replicate/state_file.ts";
import { assertRestoresEqual } from "../../support/page_compare.ts";
import { eventually } from "../../support/service_process.ts";
import { namesIn } from "../../support/workspace.ts";
import { recordingShell } from "../../support/recording_shell.ts";
import { folderStore, openApplication, withFolder } from "../../support/replicator_fixture.ts";

interface Scene {
  readonly replication: DatabaseReplication;
  readonly types: () => string[];
  readonly happened: (type: ReplicateEvent["type"]) => Promise<void>;
}

function begin(
  folder: string,
  replicas: readonly ReplicaSource[] = [replicaAt({ type: "file", path: `${folder}/replica` })],
): Scene {
  const shell = recordingShell();
  const source = {
    ...databaseAt(`${folder}/app.db`, replicas),
    metaPath: `${folder}/meta`,
  };
  const events: ReplicateEvent[] = [];
  const watchers = new Set<() => void>();
  const replication = new DatabaseReplication(shell, {
    closesLog: false,
    source,
    log: createLog(shell, DEFAULT_LOGGING),
    terminal: null,
    onEvent: (event) => {
      events.push(event);
      for (const watcher of watchers) watcher();
    },
  });
  replication.start();
  const happened = (type: ReplicateEvent["type"]): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => events.some((event) => event.type === type) ? resolve() : undefined;
      watchers.add(look);
      look();
    });
  return { replication, happened, types: () => events.map(({ type }) => type) };
}

Deno.test("DatabaseReplication waits for a database that is not there, and stops without one", async () => {
  await withFolder(async (folder) => {
    const { replication, types } = begin(folder);
    assertEquals(await replication.stop(60_000), "nothing-to-sync");
    assertEquals(types(), []);
    assertFalse(await pathExists(`${folder}/app.db`));
  });
});

Deno.test("DatabaseReplication neither restores a database that is gone, nor moves a stale one", async () => {
  await withFolder(async (folder) => {
    const first = begin(folder);
    using application = openApplication(`${folder}/app.db`);
    application.exec("CREATE TABLE item (body)");
    await first.happened("snapshot-written");
    application.exec("INSERT INTO item VALUES ('last')");
    assertEquals(await first.replication.stop(60_000), "synced");
    await assertRestoresEqual(folderStore(`${folder}/replica`), `${folder}/app.db`);
    assert(await pathExists(statePath(`${folder}/meta`)));
    await Deno.rename(`${folder}/app.db`, `${folder}/gone.db`);
    const second = begin(folder);
    assertEquals(await second.replication.stop(60_000), "nothing-to-sync");
    assertFalse(await pathExists(`${folder}/app.db`));
    await Deno.rename(`${folder}/gone.db`, `${folder}/app.db`);
    await addForeignGeneration(`${folder}/replica`);
    const third = begin(folder);
    await third.happened("fenced");
    assertEquals(await third.replication.stop(60_000), "incomplete");
    assertEquals(third.types(), ["database-opened", "fenced"]);
    assertEquals((await namesIn(folder)).filter((name) => name.includes("stale")), []);
  });
});

Deno.test("DatabaseReplication uploads to each replica at its own pace, and to all of them when it stops", async () => {
  await withFolder(async (folder) => {
    const stores = [folderStore(`${folder}/often`), folderStore(`${folder}/seldom`)] as const;
    const replicas = (["often", "seldom"] as const).map((name): ReplicaSource => {
      const { pace, ...rest } = replicaAt({ type: "file", path: `${folder}/${name}` });
      return { ...rest, name, pace: { ...pace, syncIntervalMs: name === "often" ? 0 : 3_600_000 } };
    });
    const countIn = async (store: typeof stores[number]): Promise<number> =>
      (await Array.fromAsync(store.list("generations/"))).length;
    using application = openApplication(`${folder}/app.db`);
    application.exec("CREATE TABLE item (body)");
    const { replication } = begin(folder, replicas);
    const both = async (): Promise<true | null> => await countIn(stores[0]) > 1 && await countIn(stores[1]) > 1 || null;
    await eventually("both replicas can be restored", both);
    const [often, seldom] = [await countIn(stores[0]), await countIn(stores[1])];
    application.exec("INSERT INTO item VALUES ('soon')");
    await eventually("one has the row", async () => await countIn(stores[0]) > often || null);
    assertEquals(await countIn(stores[1]), seldom);
    assertEquals(await replication.stop(60_000), "synced");
    for (const store of stores) await assertRestoresEqual(store, `${folder}/app.db`);
  });
});
