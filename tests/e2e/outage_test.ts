/** The bucket is down: what goes on, what does not, and that all is well again afterwards. */

import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { assertServed, assertStored, makePaste, makePastes, sendAll, sendPaste } from "../support/paste_client.ts";
import { seededRandom } from "../support/random.ts";
import { copyObjects, serverEnv } from "../support/s3_environment.ts";
import { S3Server } from "../support/s3_server.ts";
import { runScript, ServiceProcess } from "../support/service_process.ts";
import { Workspace } from "../support/workspace.ts";

/** How long a paste may wait for the bucket, and some time for the way. */
const ANSWER_MS_MAX = 12_000;

async function restoreFolder(folder: string, output: string): Promise<void> {
  const { code, stderr } = await runScript("replicate/cli.ts", ["restore", "-o", output, `file://${folder}`]);
  assertEquals(code, 0, stderr);
}

Deno.test("bucket down: under DURABILITY=local pastes are stored and read, and uploaded once it is back", async () => {
  await using workspace = await Workspace.make();
  await using bucket = await S3Server.start();
  await using service = await ServiceProcess.start({ ...workspace.env, ...serverEnv(bucket) });
  await service.untilSynced();
  bucket.down = true;
  const pastes = await sendAll(service.url, makePastes(seededRandom(1), 100), 8);
  const { status, replication } = await service.untilReadiness("it tells", ({ replication }) => !!replication.error);
  assertEquals([status, replication.role], [503, "writer"]);
  assert(replication.lagBytes > 0 && replication.lagSeconds > 0);
  await assertServed(service.url, pastes);

  bucket.down = false;
  const after = await service.untilSynced();
  assertEquals(after.replication.error, null);
  await copyObjects(bucket, "db", workspace.replicaPath);
  await restoreFolder(workspace.replicaPath, `${workspace.folder}/restored.db`);
  assertStored(`${workspace.folder}/restored.db`, pastes);
});

Deno.test("bucket down: under DURABILITY=replica a paste is answered with 503 in time, and stored once it is back", async () => {
  await using workspace = await Workspace.make();
  await using bucket = await S3Server.start();
  const env = { ...workspace.env, ...serverEnv(bucket), DURABILITY: "replica" };
  await using service = await ServiceProcess.start(env);
  await service.untilSynced();
  bucket.down = true;
  const startedAt = performance.now();
  const refused = await sendPaste(service.url, makePaste(seededRandom(2)));
  assertLess(performance.now() - startedAt, ANSWER_MS_MAX);
  assertEquals([refused.status, refused.retryAfter], [503, "5"]);
  assertMatch(refused.text, /^Cannot confirm the change [^\n]*try again\n$/);
  assertEquals((await fetch(`${service.url}/healthz`).then((response) => response.text())).trim(), "ok");

  bucket.down = false;
  await service.untilSynced();
  assertEquals((await sendPaste(service.url, makePaste(seededRandom(3)))).status, 200);
});

Deno.test("PUT succeeded, reply lost: under DURABILITY=replica a paste is in the bucket when it is answered with 200", async () => {
  await using workspace = await Workspace.make();
  await using bucket = await S3Server.start();
  const env = { ...workspace.env, ...serverEnv(bucket), DURABILITY: "replica" };
  await using service = await ServiceProcess.start(env);
  await service.untilReadiness("it serves", ({ ready }) => ready);
  const stored = new Map<string, Uint8Array<ArrayBuffer>>();
  bucket.faults = { ...bucket.faults, lostReply: 0.2, error503: 0.1 };
  for (const [round, bytes] of makePastes(seededRandom(4), 5).entries()) {
    const { status, id } = await sendPaste(service.url, bytes);
    const folder = `${workspace.folder}/bucket-${round}`;
    const copied = copyObjects(bucket, "db", folder); // the objects as they are right now
    assertEquals(status, 200, service.log);
    if (id !== null) stored.set(id, bytes);
    await copied;
    await restoreFolder(folder, `${folder}.db`);
    assertStored(`${folder}.db`, stored);
  }
});

Deno.test("bucket down: a service without a database waits for it, restores from it, and serves", async () => {
  await using workspace = await Workspace.make();
  await using bucket = await S3Server.start();
  const env = { ...workspace.env, ...serverEnv(bucket) };
  await using first = await ServiceProcess.start(env);
  await first.untilReadiness("it is ready", ({ ready }) => ready);
  const pastes = await sendAll(first.url, makePastes(seededRandom(5), 50));
  assertEquals((await first.end("SIGTERM")).code, 0, first.log);
  await workspace.loseDisk();

  bucket.down = true;
  bucket.requests.length = 0;
  await using second = await ServiceProcess.start(env);
  await second.until("the bucket was asked for", () => bucket.requests.length > 0 || null);
  assertEquals(await statusOf(second, "/healthz"), 200);
  const { status, ready, replication } = await second.untilReadiness("it answers", () => true);
  assertEquals([status, ready, replication.role], [503, false, "waiting"]);
  assertEquals(await statusOf(second, "/"), 503);
  assertEquals(await statusOf(second, `/${[...pastes.keys()][0]}`), 503);
  const refused = await sendPaste(second.url, makePaste(seededRandom(6)));
  assertEquals([refused.status, refused.retryAfter], [503, "2"]);
  await second.until("it has told why", () => second.records.some(({ level }) => level === "WARN") || null);

  bucket.down = false;
  await second.untilSynced();
  await assertServed(second.url, pastes);
});

async function statusOf(service: ServiceProcess, path: string): Promise<number> {
  const response = await fetch(service.url + path);
  await response.body?.cancel();
  return response.status;
}
