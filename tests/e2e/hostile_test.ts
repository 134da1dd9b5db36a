/** What operators and machines do to a service that they mean no harm. */

import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import { assertServed, assertStored, Load, makePastes, type Pastes, sendAll } from "../support/paste_client.ts";
import { seededRandom } from "../support/random.ts";
import { copyObjects, serverEnv } from "../support/s3_environment.ts";
import { S3Server } from "../support/s3_server.ts";
import { type Environment, runScript, ServiceProcess } from "../support/service_process.ts";
import { namesIn, Workspace } from "../support/workspace.ts";

/** Looks so often that the first moment is met in which it says that all is in the replica. */
const CLOSELY = { pauseMs: 2 };

/** Runs a service for as long as it takes to store some pastes in its replica. */
async function fill(env: Environment, seed: number, end: Deno.Signal = "SIGTERM"): Promise<Pastes> {
  await using service = await ServiceProcess.start({ ...env, DB_SYNC_INTERVAL: "10ms" });
  await service.untilReadiness("it is ready", ({ ready }) => ready);
  const pastes = await sendAll(service.url, makePastes(seededRandom(seed), 50));
  await service.untilSynced();
  await service.end(end);
  return pastes;
}

async function assertRestorable(folder: string, output: string, pastes: Pastes): Promise<void> {
  const { code, stderr } = await runScript("replicate/cli.ts", ["restore", "-o", output, `file://${folder}`]);
  assertEquals(code, 0, stderr);
  assertStored(output, pastes);
}

async function assertBucketRestorable(bucket: S3Server, workspace: Workspace, pastes: Pastes): Promise<void> {
  await copyObjects(bucket, "db", workspace.replicaPath);
  await assertRestorable(workspace.replicaPath, `${workspace.folder}/restored.db`, pastes);
}

Deno.test("two services on one database lose nothing that either has answered", async () => {
  await using workspace = await Workspace.make();
  await using one = await ServiceProcess.start(workspace.env);
  await one.untilSynced();
  await using other = await ServiceProcess.start(workspace.env);
  await other.untilReadiness("it serves", ({ replication }) => replication.role !== "waiting");
  const loads = [one, other].map(({ url }, seed) => new Load(url, seededRandom(seed), { connections: 2 }));
  const countOf = (): number => loads.reduce((sum, { answered }) => sum + answered.size, 0);
  await other.until("300 pastes are stored", () => countOf() >= 300 || null);
  for (const load of loads) await load.stop();
  const pastes = new Map(loads.flatMap(({ answered }) => [...answered]));
  await assertServed(one.url, pastes);
  await assertServed(other.url, pastes);
  for (const service of [one, other]) await service.end("SIGTERM");
  assertStored(workspace.databasePath, pastes);

  await using third = await ServiceProcess.start(workspace.env);
  await third.untilSynced();
  await assertRestorable(workspace.replicaPath, `${workspace.folder}/restored.db`, pastes);
});

Deno.test("corrupted or missing object: a damaged replica is refused and the object named, and no half of a database is left", async () => {
  await using workspace = await Workspace.make();
  await fill(workspace.env, 1);
  await workspace.loseDisk();
  const [generation] = await namesIn(`${workspace.replicaPath}/generations`);
  const snapshot = `generations/${generation}/snapshots/00000000.snapshot.lz4`;
  const bytes = await Deno.readFile(`${workspace.replicaPath}/${snapshot}`);
  bytes[bytes.byteLength >> 1] = (bytes[bytes.byteLength >> 1] ?? 0) ^ 1;
  await Deno.writeFile(`${workspace.replicaPath}/${snapshot}`, bytes);
  const { code, stderr } = await runScript("main.ts", [], { ...workspace.env, PORT: "0" });
  assertEquals(code, 1);
  assertMatch(stderr, new RegExp(`^pastestream: [^\\n]*${snapshot}[^\\n]*damaged`, "m"));
  const left = await namesIn(`${workspace.folder}/data`);
  assertEquals(left.filter((name) => name.startsWith("store.db")), []);
});

Deno.test("a service killed in its restore begins anew and serves everything", async () => {
  await using workspace = await Workspace.make();
  await using bucket = await S3Server.start();
  const env = { ...workspace.env, ...serverEnv(bucket) };
  const pastes = await fill(env, 2);
  await workspace.loseDisk();
  bucket.requests.length = 0;
  bucket.nextFaults.push(null, "stall-body", "stall-body", "stall-body", "stall-body");
  {
    await using service = await ServiceProcess.start(env);
    await service.until("the bucket was asked for an object", () => bucket.requests.length > 1 || null);
    await service.end("SIGKILL");
  }
  bucket.nextFaults.length = 0;
  await using service = await ServiceProcess.start(env);
  await service.untilSynced();
  await assertServed(service.url, pastes);
});

Deno.test("what a killed service had not uploaded is in the bucket once the next one says so", async () => {
  await using workspace = await Workspace.make();
  await using bucket = await S3Server.start();
  const env = { ...workspace.env, ...serverEnv(bucket) };
  const pastes = await (async () => {
    await using service = await ServiceProcess.start(env);
    await service.untilSynced();
    bucket.down = true;
    const sent = await sendAll(service.url, makePastes(seededRandom(3), 50));
    await service.end("SIGKILL");
    return sent;
  })();
  bucket.down = false;
  bucket.faults = { ...bucket.faults, delayMs: 100 };
  await using service = await ServiceProcess.start(env);
  await service.untilSynced(CLOSELY);
  await assertBucketRestorable(bucket, workspace, pastes);
  await service.end("SIGTERM");
});

Deno.test("a database that gets its first replica is in it once the service says so", async () => {
  await using workspace = await Workspace.make();
  await using bucket = await S3Server.start();
  const pastes = await fill({ ...workspace.env, DB_REPLICA_URL: "none" }, 4);
  bucket.faults = { ...bucket.faults, delayMs: 100 };
  await using service = await ServiceProcess.start({ ...workspace.env, ...serverEnv(bucket) });
  await service.untilSynced(CLOSELY);
  await assertBucketRestorable(bucket, workspace, pastes);
  await service.end("SIGTERM");
});

Deno.test("a replica that was emptied while the service was running can be restored after the next start", async () => {
  await using workspace = await Workspace.make();
  const pastes = new Map<string, Uint8Array<ArrayBuffer>>();
  {
    await using service = await ServiceProcess.start(workspace.env);
    await service.untilReadiness("it is ready", ({ ready }) => ready);
    for (const seed of [5, 6]) {
      const sent = await sendAll(service.url, makePastes(seededRandom(seed), 10));
      for (const [id, bytes] of sent) pastes.set(id, bytes);
      await service.untilSynced();
      if (seed === 5) await Deno.remove(workspace.replicaPath, { recursive: true });
    }
    await service.end("SIGTERM");
  }
  await using service = await ServiceProcess.start(workspace.env);
  await service.untilSynced();
  await assertRestorable(workspace.replicaPath, `${workspace.folder}/restored.db`, pastes);
});

Deno.test("a service that has lost its own notes goes on with the same generation", async () => {
  await using workspace = await Workspace.make();
  const pastes = await fill(workspace.env, 7, "SIGKILL");
  await Deno.remove(`${workspace.folder}/data/.store.db-litestream`, { recursive: true });
  await using service = await ServiceProcess.start(workspace.env);
  await service.untilSynced();
  await assertServed(service.url, pastes);
  assertEquals((await namesIn(`${workspace.replicaPath}/generations`)).length, 1);
});

Deno.test("the paths of the database and of the replica may hold any character, and folders that are not there", async () => {
  await using workspace = await Workspace.make();
  for (const [seed, name] of ["what?mode=ro", "#1 100%41", "ü'\"", ":memory:"].entries()) {
    const path = `${workspace.folder}/${seed}/${name}/${name}`;
    const replica = `${workspace.folder}/${seed}/${name}/replica`;
    const env = { DB_PATH: path, DB_REPLICA_URL: `file://${replica.split("/").map(encodeURIComponent).join("/")}` };
    const pastes = await fill(env, seed);
    assertGreater((await Deno.stat(path)).size, 0);
    assertStored(path, pastes);
    await assertRestorable(encodeURI(replica).replace("?", "%3F").replace("#", "%23"), `${path}-restored`, pastes);
  }
});
