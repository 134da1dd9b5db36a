/** More than one instance on one replica. */

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { formatSegmentKey } from "../../replicate/object_key.ts";
import { parsePosition } from "../../replicate/position.ts";
import { assertServed, makePaste, makePastes, readPaste, sendAll, sendPaste } from "../support/paste_client.ts";
import { seededRandom } from "../support/random.ts";
import { serverEnv } from "../support/s3_environment.ts";
import { S3Server } from "../support/s3_server.ts";
import { type Readiness, ServiceProcess } from "../support/service_process.ts";
import { Workspace } from "../support/workspace.ts";

/** Where the owner's next object has to go. */
function nextKey({ replication }: Readiness): string {
  return formatSegmentKey(parsePosition(replication.position ?? ""));
}

function generationOf({ replication }: Readiness): string {
  return parsePosition(replication.position ?? "").generation;
}

/** An object as only another instance writes it. */
function foreignSegment(): Promise<Uint8Array<ArrayBuffer>> {
  return encodeFrame(seededRandom(1).bytes(4_120));
}

async function assertFenced(service: ServiceProcess): Promise<void> {
  const { status, replication } = await service.untilReadiness(
    "it is fenced",
    ({ replication }) => replication.role === "fenced",
  );
  assertEquals(status, 503);
  assertMatch(replication.error ?? "", /another instance/);
  const refused = await sendPaste(service.url, makePaste(seededRandom(2)));
  assertEquals([refused.status, refused.retryAfter], [503, "10"]);
  assertMatch(refused.text, /^Cannot store the paste as another instance writes now[^\n]*\n$/);
  assert(!service.hasEnded);
}

Deno.test("a second instance restores what the first has written, and begins a new generation", async () => {
  await using home = await Workspace.make();
  await using elsewhere = await Workspace.make();
  await using first = await ServiceProcess.start(home.env);
  await first.untilReadiness("it is ready", ({ ready }) => ready);
  const pastes = await sendAll(first.url, makePastes(seededRandom(3), 50));
  const before = await first.untilSynced();

  await using second = await ServiceProcess.start({ ...home.env, DB_PATH: elsewhere.databasePath });
  const after = await second.untilSynced();
  assertNotEquals(generationOf(after), generationOf(before));
  await assertServed(second.url, pastes);
  const more = await sendAll(second.url, makePastes(seededRandom(4), 10));
  await second.untilSynced();
  assertEquals((await second.end("SIGTERM")).code, 0, second.log);
  assert(!first.hasEnded);

  await elsewhere.loseDisk();
  await using third = await ServiceProcess.start({ ...home.env, DB_PATH: elsewhere.databasePath });
  await third.untilSynced();
  await assertServed(third.url, new Map([...pastes, ...more]));
});

Deno.test("an instance whose next object is in the folder already is fenced: reads go on, writes are refused", async () => {
  await using workspace = await Workspace.make();
  await using service = await ServiceProcess.start(workspace.env);
  await service.untilReadiness("it is ready", ({ ready }) => ready);
  const pastes = await sendAll(service.url, makePastes(seededRandom(5), 5));
  const key = nextKey(await service.untilSynced());
  await Deno.writeFile(`${workspace.replicaPath}/${key}`, await foreignSegment());
  const { status, id } = await sendPaste(service.url, makePaste(seededRandom(6)));
  assertEquals(status, 200); // it cannot know yet
  await assertFenced(service);
  await assertServed(service.url, pastes);
  assertEquals((await readPaste(service.url, id ?? "")).status, 200);
  const told = service.records.filter(({ level, message }) => level === "ERROR" && /fenced/.test(message));
  assertEquals(told.map((record) => record["key"]), [key], service.log);
});

Deno.test("an instance whose next object is in the bucket already answers no paste under DURABILITY=replica", async () => {
  await using workspace = await Workspace.make();
  await using bucket = await S3Server.start();
  const env = { ...workspace.env, ...serverEnv(bucket), DURABILITY: "replica" };
  await using service = await ServiceProcess.start(env);
  await service.untilReadiness("it is ready", ({ ready }) => ready);
  const pastes = await sendAll(service.url, makePastes(seededRandom(7), 5));
  bucket.objects.put(`db/${nextKey(await service.untilSynced())}`, await foreignSegment());
  const answers = await Promise.all(makePastes(seededRandom(8), 5).map((bytes) => sendPaste(service.url, bytes)));
  assertEquals(answers.map(({ status }) => status), [503, 503, 503, 503, 503]);
  await assertFenced(service);
  await assertServed(service.url, pastes);
});
