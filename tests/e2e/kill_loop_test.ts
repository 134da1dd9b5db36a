/** kill -9 at any instant, again and again, on the same disk: what was answered with 200 stays. */

import { assertEquals, assertGreater } from "@std/assert";
import { killedRound, type RoundPlan } from "../support/kill_round.ts";
import { assertServed, assertStored, type Pastes } from "../support/paste_client.ts";
import { type Random, withRandom } from "../support/random.ts";
import { gatewayPlace, MISSING_GATEWAY_VARIABLES } from "../support/s3_environment.ts";
import { type Environment, type Readiness, runScript, ServiceProcess } from "../support/service_process.ts";
import { tortureRounds } from "../support/torture.ts";
import { Workspace } from "../support/workspace.ts";

/** So many small rounds stay below the size at which the WAL is restarted. */
const QUIET_ROUNDS = 8;

/** After so many rounds everything is looked at, and a new database begins. */
const CHAPTER_ROUNDS = 25;

function generationOf({ replication }: Readiness): string | undefined {
  return replication.position?.split("/")[0];
}

/** Runs the rounds, and says that nothing is lost: neither on the disk, nor for the readers, nor in the replica. */
async function torture(
  random: Random,
  rounds: number,
  { env, plan, workspace }: { readonly env: Environment; readonly plan: RoundPlan; readonly workspace: Workspace },
): Promise<{ readonly before: Readiness; readonly after: Readiness; readonly pastes: Pastes }> {
  const before = await firstStart(env);
  const all = new Map<string, Uint8Array<ArrayBuffer>>();
  for (let round = 1; round <= rounds; round++) {
    const paced = { ...env, DB_SYNC_INTERVAL: random.pick(["10ms", "1s"]) };
    for (const [id, bytes] of await killedRound(random, paced, plan)) all.set(id, bytes);
  }
  await using service = await ServiceProcess.start(env);
  const after = await service.untilSynced();
  const restored = `${workspace.folder}/restored.db`;
  const { DB_REPLICA_URL: replica = "", ...bucket } = env;
  const { code, stderr } = await runScript("replicate/cli.ts", ["restore", "-o", restored, replica], bucket);
  assertEquals(code, 0, stderr);
  assertStored(restored, all);
  await assertServed(service.url, all);
  assertEquals((await service.end("SIGTERM")).code, 0, service.log);
  assertStored(workspace.databasePath, all);
  return { before, after, pastes: all };
}

async function firstStart(env: Environment): Promise<Readiness> {
  await using service = await ServiceProcess.start(env);
  return await service.untilSynced();
}

Deno.test("kill -9 of the process at any instant: on the same disk no answered paste is lost, and a folder gets them all", async () => {
  await withRandom(async (random) => {
    await using workspace = await Workspace.make();
    const plan = { answersMax: 400, bytesMax: 60_000, connections: 8 };
    const { pastes } = await torture(random, 5, { env: workspace.env, plan, workspace });
    assertGreater(pastes.size, 0);
  });
});

Deno.test({
  name:
    "kill -9 of the process at any instant: on the same disk no answered paste is lost, and a real bucket gets them all",
  ignore: MISSING_GATEWAY_VARIABLES.length > 0,
  fn: async () => {
    await withRandom(async (random) => {
      const plan = { answersMax: 100, bytesMax: 2_000, connections: 8 };
      let count = 0;
      for (let left = tortureRounds(5); left > 0; left -= CHAPTER_ROUNDS) {
        await using workspace = await Workspace.make();
        await using place = gatewayPlace();
        const env = { ...workspace.env, ...place.env };
        count += (await torture(random, Math.min(left, CHAPTER_ROUNDS), { env, plan, workspace })).pastes.size;
      }
      assertGreater(count, 0);
    });
  },
});

// Right after the WAL was restarted its tail is in memory only: a kill then costs a new generation, but no paste.
Deno.test("kill -9 of the process at any instant: the generation goes on as long as the WAL is not restarted", async () => {
  await withRandom(async (random) => {
    await using workspace = await Workspace.make();
    const plan = { answersMax: 30, bytesMax: 2_000, connections: 4 };
    const { before, after } = await torture(random, QUIET_ROUNDS, { env: workspace.env, plan, workspace });
    assertEquals(generationOf(after), generationOf(before));
  });
});
