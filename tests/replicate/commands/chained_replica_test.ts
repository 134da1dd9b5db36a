/** The commands on a replica that several instances have written: seals, blocks, claims, and generations in a chain. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { endLog } from "../../../replicate/takeover.ts";
import { findLogEnd } from "../../../replicate/log_end.ts";
import type { ObjectStore } from "../../../replicate/object_store.ts";
import { listReplica } from "../../../replicate/replica.ts";
import { Engine, folderStore, withFolder } from "../../support/replicator_fixture.ts";
import { runHere } from "../../support/recording_shell.ts";
import { openSqlite } from "../../support/sqlite.ts";

/** Two generations: the first sealed, claimed and ended, the second sealed. A row for each state that there was. */
interface Scene {
  readonly folder: string;
  readonly store: ObjectStore;
  readonly url: string;
  readonly first: string;
  readonly second: string;
}

async function write(folder: string, name: string, rows: number): Promise<void> {
  const stores = [folderStore(`${folder}/replica`)];
  await using engine = await Engine.start({ path: `${folder}/${name}.db`, stores, closesLog: true });
  await engine.fill(rows);
  await engine.synced();
  assertEquals(await engine.stop(), "synced");
}

/** Seals and blocks the newest generation, as whoever begins another one does. */
async function endNewest(store: ObjectStore): Promise<void> {
  const newest = (await listReplica(store)).at(-1);
  if (newest === undefined) throw new Error("There is no generation");
  await endLog(store, await findLogEnd(store, newest));
}

/** Gives all objects that are there a time, so that one between them is known. */
async function stamp(folder: string, second: number): Promise<void> {
  for await (const { key } of folderStore(`${folder}/replica`).list("generations/")) {
    const path = `${folder}/replica/${key}`;
    if (((await Deno.stat(path)).mtime?.getTime() ?? 0) >= 1_900_000_000_000) continue;
    await Deno.utime(path, 1_900_000_000 + second, 1_900_000_000 + second);
  }
}

async function withChain(body: (scene: Scene) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const store = folderStore(`${folder}/replica`);
    await write(folder, "one", 2); // index 0, sealed
    await stamp(folder, 0);
    await write(folder, "two", 3); // a claim of index 1, sealed
    await stamp(folder, 100);
    await endNewest(store); // and index 2 blocked
    await stamp(folder, 200);
    await write(folder, "three", 4); // another generation
    await stamp(folder, 300);
    const [first = "", second = ""] = (await listReplica(store)).map(({ generation }) => generation);
    await body({ folder, store, url: `file://${folder}/replica`, first, second });
  });
}

async function rowsAfter(args: readonly string[], { folder, url }: Scene): Promise<unknown> {
  const output = `${folder}/restored.db`;
  const { code, err } = await runHere(["restore", "-integrity-check", "full", "-o", output, ...args, url]);
  assertEquals(code, 0, err);
  try {
    using sqlite = openSqlite(output);
    return sqlite.value("SELECT count(*) FROM note");
  } finally {
    await Deno.remove(output);
  }
}

async function table(command: string, { url }: Scene): Promise<Record<string, unknown>[]> {
  const { code, out, err } = await runHere([command, "-json", url]);
  assertEquals([code, err], [0, ""]);
  return out.map((line) => JSON.parse(line));
}

Deno.test("replicate restore finds every state across seals, claims, blocks and generations", async () => {
  await withChain(async (scene) => {
    const { first, second } = scene;
    const at = (s: number): string => new Date((1_900_000_000 + s) * 1_000).toISOString();
    const cases: readonly (readonly [args: readonly string[], rows: number])[] = [
      [[], 9],
      [["-generation", second], 9],
      [["-generation", first], 5],
      [["-generation", first, "-index", "0"], 2],
      [["-generation", first, "-index", "1"], 5],
      [["-generation", first, "-index", "2"], 5],
      [["-generation", second, "-index", "0"], 9],
      [["-timestamp", at(50)], 2],
      [["-timestamp", at(150)], 5],
      [["-timestamp", at(250)], 5],
      [["-timestamp", at(350)], 9],
    ];
    for (const [args, rows] of cases) assertEquals(await rowsAfter(args, scene), rows, args.join(" "));
  });
});

Deno.test("replicate generations, snapshots and wal list such a replica in the chain's order, empty segments too", async () => {
  await withChain(async (scene) => {
    const { first, second } = scene;
    assertEquals((await table("generations", scene)).map(({ generation }) => generation), [first, second]);
    assertEquals((await table("snapshots", scene)).map(({ generation, index }) => [generation, index]), [[first, 0], [
      second,
      0,
    ]]);
    const segments = (await table("wal", scene)).filter(({ generation }) => generation === first);
    const emptySize = segments.at(-1)?.["size"];
    assertEquals(segments.filter(({ size }) => size === emptySize).map(({ index }) => index), [0, 1, 2]);
    assert(Number(emptySize) > 0 && Number(emptySize) < 40);
    assertEquals([segments.at(-1)?.["index"], segments.at(-1)?.["offset"]], [2, 0]);
  });
});

Deno.test("replicate status tells how the newest generation stands, and how long the chain is", async () => {
  await withChain(async (scene) => {
    const { store, second } = scene;
    const look = async (): Promise<unknown[]> => {
      const [row] = await table("status", scene);
      return [row?.["generation"], row?.["state"], row?.["chain"]];
    };
    assertEquals(await look(), [second, "sealed", 2]);
    await endNewest(store);
    assertEquals(await look(), [second, "ended", 2]);
    const { out } = await runHere(["status", scene.url]);
    assertStringIncludes(out[0] ?? "", "chain");
  });
});
