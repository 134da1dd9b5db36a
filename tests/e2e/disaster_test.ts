/** The main job: the machine dies, its disk is gone, and every paste is served again from the replica. */

import { assert, assertEquals } from "@std/assert";
import { assertServed, assertStored, makePastes, sendAll } from "../support/paste_client.ts";
import { type Random, withRandom } from "../support/random.ts";
import { gatewayPlace, MISSING_GATEWAY_VARIABLES } from "../support/s3_environment.ts";
import { type Environment, ServiceProcess } from "../support/service_process.ts";
import { Workspace } from "../support/workspace.ts";

const PASTES = 1_000;

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
  await using service = await ServiceProcess.start(env);
  await service.untilSynced();
  await assertServed(service.url, pastes);
  assertEquals((await service.end("SIGTERM")).code, 0, service.log);
  assertStored(workspace.databasePath, pastes);
}

Deno.test("1,000 pastes are served byte for byte after kill -9 and the loss of the disk, from a folder", async () => {
  await withRandom(async (random) => {
    await using workspace = await Workspace.make();
    await survive(random, workspace, workspace.env);
  });
});

Deno.test({
  name: "1,000 pastes are served byte for byte after kill -9 and the loss of the disk, from a real bucket",
  ignore: MISSING_GATEWAY_VARIABLES.length > 0,
  fn: async () => {
    await withRandom(async (random) => {
      await using workspace = await Workspace.make();
      await using place = gatewayPlace();
      await survive(random, workspace, { ...workspace.env, ...place.env });
    });
  },
});

Deno.test("the loss of the disk is tested with a real bucket when this is CI", () => {
  assert(
    Deno.env.get("CI") !== "true" || MISSING_GATEWAY_VARIABLES.length === 0,
    `CI must set ${MISSING_GATEWAY_VARIABLES.join(", ")}: .ci/s3-gateway start`,
  );
});
