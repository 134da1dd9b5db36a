/** The main job: the machine dies, its disk is gone, and every paste is served again from the replica. */

import { assert, assertEquals, assertGreater } from "@std/assert";
import { killedRound } from "../support/kill_round.ts";
import { assertServed, assertStored, makePastes, type Pastes, sendAll } from "../support/paste_client.ts";
import { type Random, withRandom } from "../support/random.ts";
import { gatewayPlace, MISSING_GATEWAY_VARIABLES } from "../support/s3_environment.ts";
import { type Environment, ServiceProcess } from "../support/service_process.ts";
import { tortureRounds } from "../support/torture.ts";
import { Workspace } from "../support/workspace.ts";

const PASTES = 1_000;

/** After so many rounds everything is looked at, and a new replica begins: a restore of all before takes ever longer. */
const CHAPTER_ROUNDS = 20;

async function survive(random: Random, workspace: Workspace, env: Environment): Promise<void> {
  const pastes = await (async () => {
    await using service = await ServiceProcess.start(env);
    await service.untilReadiness("it is ready", ({ ready }) => ready);
    const sent = await sendAll(service.url, makePastes(random, PASTES));
    await service.untilSynced();
    await service.end("SIGKILL");
    return sent;
  })();
  await workspace.loseDisk();
  await using service = await ServiceProcess.start({ ...env, TAKEOVER_GRACE: "0s" });
  await service.untilSynced();
  await assertServed(service.url, pastes);
  assertEquals((await service.end("SIGTERM")).code, 0, service.log);
  assertStored(workspace.databasePath, pastes);
}

/** Each round begins on an empty disk; an answer under `DURABILITY=replica` is all that the next one needs. */
async function surviveRounds(random: Random, rounds: number, replica: Environment): Promise<Pastes> {
  await using workspace = await Workspace.make();
  const env = { ...workspace.env, ...replica, DURABILITY: "replica", TAKEOVER_GRACE: "0s" };
  const all = new Map<string, Uint8Array<ArrayBuffer>>();
  for (let round = 1; round <= rounds; round++) {
    const plan = { answersMax: 60, bytesMax: 2_000, connections: 8 };
    for (const [id, bytes] of await killedRound(random, env, plan)) all.set(id, bytes);
    await workspace.loseDisk();
  }
  await using service = await ServiceProcess.start(env);
  await service.untilSynced();
  await assertServed(service.url, all);
  assertEquals((await service.end("SIGTERM")).code, 0, service.log);
  assertStored(workspace.databasePath, all);
  return all;
}

Deno.test("disk gone: 1,000 pastes are served byte for byte after kill -9 on an empty disk, from a folder", async () => {
  await withRandom(async (random) => {
    await using workspace = await Workspace.make();
    await survive(random, workspace, workspace.env);
  });
});

Deno.test({
  name: "disk gone: 1,000 pastes are served byte for byte after kill -9 on an empty disk, from a real bucket",
  ignore: MISSING_GATEWAY_VARIABLES.length > 0,
  fn: async () => {
    await withRandom(async (random) => {
      await using workspace = await Workspace.make();
      await using place = gatewayPlace();
      await survive(random, workspace, { ...workspace.env, ...place.env });
    });
  },
});

Deno.test("disk gone: kill -9 at any instant, each time on an empty disk, loses no paste that DURABILITY=replica has answered, in a folder", async () => {
  await withRandom(async (random) => {
    await using replica = await Workspace.make();
    const pastes = await surviveRounds(random, 5, { DB_REPLICA_URL: replica.replicaUrl });
    assertGreater(pastes.size, 0);
  });
});

Deno.test({
  name:
    "disk gone: kill -9 at any instant, each time on an empty disk, loses no paste that DURABILITY=replica has answered, in a real bucket",
  ignore: MISSING_GATEWAY_VARIABLES.length > 0,
  fn: async () => {
    await withRandom(async (random) => {
      let count = 0;
      for (let left = tortureRounds(5); left > 0; left -= CHAPTER_ROUNDS) {
        await using place = gatewayPlace();
        count += (await surviveRounds(random, Math.min(left, CHAPTER_ROUNDS), place.env)).size;
      }
      assertGreater(count, 0);
    });
  },
});

Deno.test("disk gone: tested with a real bucket when this is CI", () => {
  assert(
    Deno.env.get("CI") !== "true" || MISSING_GATEWAY_VARIABLES.length === 0,
    `CI must set ${MISSING_GATEWAY_VARIABLES.join(", ")}: .ci/s3-gateway start`,
  );
});
