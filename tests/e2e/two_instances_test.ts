/** More than one instance on one replica: processes that know nothing of each other but what is in the bucket. */

import { assert, assertEquals, assertGreater, assertLess, assertMatch } from "@std/assert";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { formatSegmentKey } from "../../replicate/object_key.ts";
import { parsePosition } from "../../replicate/position.ts";
import { assertServed, assertStored, Load, makePaste, makePastes, readPaste } from "../support/paste_client.ts";
import { type Pastes, sendAll, sendPaste } from "../support/paste_client.ts";
import { type Random, seededRandom, withRandom } from "../support/random.ts";
import { gatewayPlace, MISSING_GATEWAY_VARIABLES, serverEnv } from "../support/s3_environment.ts";
import { S3Server } from "../support/s3_server.ts";
import { type Environment, type Readiness, runScript, ServiceProcess } from "../support/service_process.ts";
import { Workspace } from "../support/workspace.ts";

/** How long all instances together are written to; more is for whoever has the time. */
const SECONDS = Number(Deno.env.get("TWO_INSTANCES_SECONDS") || 3);

/** How many instances follow the first one. */
const SUCCESSORS = 3;

/** Where the owner's next object has to go. */
function nextKey({ replication }: Readiness): string {
  return formatSegmentKey(parsePosition(replication.position ?? ""));
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

/** One instance, who writes to it, and the disk that is its own. */
interface Instance {
  readonly service: ServiceProcess;
  readonly load: Load;
  readonly disk: Workspace;
}

/** Starts an instance on an empty disk and writes to it at full speed from the first moment. */
async function launch(stack: AsyncDisposableStack, random: Random, env: Environment): Promise<Instance> {
  const disk = stack.use(await Workspace.make());
  const service = stack.use(await ServiceProcess.start({ ...env, DB_PATH: disk.databasePath }));
  const load = new Load(service.url, random, { connections: 4, bytesMax: 2_000 });
  stack.defer(() => load.stop());
  return { service, load, disk };
}

/** Each instance takes over from the one before while both are written to. */
async function takeTurns(random: Random, replica: Environment): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const env = { ...replica, DURABILITY: "replica", FENCING: "required", TAKEOVER_GRACE: "0s" };
  const turns: Instance[] = [];
  for (let turn = 0; turn <= SUCCESSORS; turn++) {
    const instance = await launch(stack, random, env);
    turns.push(instance);
    await instance.service.until("it stores pastes", () => instance.load.answered.size >= 10 || null);
    const until = performance.now() + SECONDS * 1_000 / (SUCCESSORS + 1);
    await instance.service.until("its turn is over", () => performance.now() >= until || null, { pauseMs: 10 });
  }
  for (const { load } of turns) await load.stop();
  const all: Pastes = new Map(turns.flatMap(({ load }) => [...load.answered]));
  const last = turns.pop();
  if (last === undefined) throw new TypeError("There is a first instance at least");
  await assertServed(last.service.url, all);
  assertEquals((await last.service.untilSynced()).replication.role, "writer");
  for (const { service, load } of turns) {
    await assertFenced(service);
    await assertServed(service.url, load.answered);
    assertGreater(load.refused.get(503) ?? 0, 0, "it was written to after it had been taken over from");
  }
  assertEquals((await last.service.end("SIGTERM")).code, 0, last.service.log);
  assertStored(last.disk.databasePath, all);
  await assertRestorable(replica, `${last.disk.folder}/restored.db`, all);
}

async function assertRestorable(replica: Environment, output: string, pastes: Pastes): Promise<void> {
  const { DB_REPLICA_URL: url = "", ...bucket } = replica;
  const { code, stderr } = await runScript("replicate/cli.ts", ["restore", "-o", output, url], bucket);
  assertEquals(code, 0, stderr);
  assertStored(output, pastes);
}

const TURNS =
  "two instances on one replica: each takes over at full speed, no answered paste is lost, the old are fenced";

Deno.test(`${TURNS}, in a folder`, async () => {
  await withRandom(async (random) => {
    await using home = await Workspace.make();
    await takeTurns(random, { DB_REPLICA_URL: home.replicaUrl });
  });
});

Deno.test({
  name: `${TURNS}, in a real bucket`,
  ignore: MISSING_GATEWAY_VARIABLES.length > 0,
  fn: async () => {
    await withRandom(async (random) => {
      await using place = gatewayPlace();
      await takeTurns(random, place.env);
    });
  },
});

Deno.test("two instances on one replica: one that comes back with its old disk moves it aside, and takes over with all pastes", async () => {
  await withRandom(async (random) => {
    await using stack = new AsyncDisposableStack();
    await using home = await Workspace.make();
    const env = { DB_REPLICA_URL: home.replicaUrl, DURABILITY: "replica", TAKEOVER_GRACE: "0s" };
    const old = await launch(stack, random, env);
    await old.service.until("it stores pastes", () => old.load.answered.size >= 30 || null);
    const other = await launch(stack, random, env);
    await other.service.until("it stores pastes", () => other.load.answered.size >= 30 || null);
    await old.service.end("SIGKILL");

    await using back = await ServiceProcess.start({ ...env, DB_PATH: old.disk.databasePath });
    const load = new Load(back.url, random, { connections: 4, bytesMax: 2_000 });
    await back.until("it stores pastes", () => load.answered.size >= 30 || null);
    for (const each of [old.load, other.load, load]) await each.stop();
    await assertServed(back.url, new Map([old.load, other.load, load].flatMap(({ answered }) => [...answered])));
    await assertFenced(other.service);
    const kept = await Array.fromAsync(Deno.readDir(`${old.disk.folder}/data`));
    assert(kept.some(({ name }) => name.startsWith("store.db.stale-")), kept.map(({ name }) => name).join());
  });
});

for (
  const { when, isAwaited } of [
    { when: "in the instant in which the new one starts", isAwaited: false },
    { when: "while the new one waits for it", isAwaited: true },
  ]
) {
  Deno.test(`old and new instance overlap during a deploy: SIGTERM comes ${when}, its seal ends the wait, and DURABILITY=local loses nothing`, async () => {
    await withRandom(async (random) => {
      await using stack = new AsyncDisposableStack();
      await using home = await Workspace.make();
      await using emptyDisk = await Workspace.make();
      const env = { DB_REPLICA_URL: home.replicaUrl, DB_SYNC_INTERVAL: "1s", TAKEOVER_GRACE: "10m" };
      const old = await launch(stack, random, env);
      await old.service.until("it stores pastes", () => old.load.answered.size >= 100 || null);

      const startedAt = performance.now();
      const starting = ServiceProcess.start({ ...env, DB_PATH: emptyDisk.databasePath });
      stack.defer(async () => await (await starting)[Symbol.asyncDispose]());
      if (isAwaited) {
        const early = await starting;
        await early.until("it waits", () => {
          return early.records.some(({ message }) => message.startsWith("Another instance may still")) || null;
        });
      }
      const ended = old.service.end("SIGTERM");
      assertEquals((await ended).code, 0, old.service.log);
      const next = await starting;
      await next.untilSynced();
      assertLess(performance.now() - startedAt, 60_000, "far less than the grace");
      await old.load.stop();
      await assertServed(next.url, old.load.answered);
      assertEquals((await next.end("SIGTERM")).code, 0, next.log);
      await assertRestorable({ DB_REPLICA_URL: home.replicaUrl }, `${home.folder}/restored.db`, old.load.answered);
    });
  });
}

Deno.test("two instances on one replica: one whose next object is in the folder already is fenced: reads go on, writes are refused", async () => {
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

Deno.test("two instances on one replica: one whose next object is in the bucket already answers no paste under DURABILITY=replica", async () => {
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
