/** kill -9 at any instant, again and again, on the same disk: what was answered with 200 stays. */

import { assertEquals, assertGreater } from "@std/assert";
import { assertServed, assertStored, Load, type Pastes } from "../support/paste_client.ts";
import { type Random, withRandom } from "../support/random.ts";
import { type Readiness, runScript, ServiceProcess } from "../support/service_process.ts";
import { Workspace } from "../support/workspace.ts";

/** How many rounds; more of them are for whoever has the time. */
const ROUNDS = Number(Deno.env.get("TORTURE_ROUNDS") || 8);

/** So many small rounds stay below the size at which the WAL is restarted. */
const QUIET_ROUNDS = 8;

/** What one round does before it is killed. */
interface RoundPlan {
  /** A kill comes after so many answers at the most. */
  readonly answersMax: number;
  /** The largest paste. */
  readonly bytesMax: number;
  /** How many send at a time. */
  readonly connections: number;
}

function generationOf({ replication }: Readiness): string | undefined {
  return replication.position?.split("/")[0];
}

async function killedRound(random: Random, workspace: Workspace, plan: RoundPlan): Promise<Pastes> {
  const env = { ...workspace.env, DB_SYNC_INTERVAL: random.pick(["10ms", "1s"]) };
  await using service = await ServiceProcess.start(env);
  const load = new Load(service.url, random, plan);
  const answers = random.integer(0, plan.answersMax);
  try {
    await service.until(`${answers} pastes are stored`, () => load.answered.size >= answers || null, { pauseMs: 1 });
    await service.end("SIGKILL");
  } finally {
    await load.stop();
  }
  return load.answered;
}

/** Runs the rounds, and says that nothing is lost: neither on the disk, nor for the readers, nor in the replica. */
async function torture(
  random: Random,
  rounds: number,
  plan: RoundPlan,
): Promise<{ readonly before: Readiness; readonly after: Readiness }> {
  await using workspace = await Workspace.make();
  const before = await firstStart(workspace);
  const all = new Map<string, Uint8Array<ArrayBuffer>>();
  for (let round = 1; round <= rounds; round++) {
    for (const [id, bytes] of await killedRound(random, workspace, plan)) all.set(id, bytes);
  }
  assertGreater(all.size, 0);

  await using service = await ServiceProcess.start(workspace.env);
  const after = await service.untilSynced();
  const restored = `${workspace.folder}/restored.db`;
  const { code, stderr } = await runScript("replicate/cli.ts", ["restore", "-o", restored, workspace.replicaUrl]);
  assertEquals(code, 0, stderr);
  assertStored(restored, all);
  await assertServed(service.url, all);
  assertEquals((await service.end("SIGTERM")).code, 0, service.log);
  assertStored(workspace.databasePath, all);
  return { before, after };
}

async function firstStart(workspace: Workspace): Promise<Readiness> {
  await using service = await ServiceProcess.start(workspace.env);
  return await service.untilSynced();
}

Deno.test("kill -9 under load loses no paste that was answered, and the replica gets them all", async () => {
  await withRandom(async (random) => {
    await torture(random, ROUNDS, { answersMax: 400, bytesMax: 60_000, connections: 8 });
  });
});

// Right after the WAL was restarted its tail is in memory only: a kill then costs a new generation, but no paste.
Deno.test("kill -9 keeps the generation as long as the WAL is not restarted", async () => {
  await withRandom(async (random) => {
    const plan = { answersMax: 30, bytesMax: 2_000, connections: 4 };
    const { before, after } = await torture(random, QUIET_ROUNDS, plan);
    assertEquals(generationOf(after), generationOf(before));
  });
});
