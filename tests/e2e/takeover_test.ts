/** What the users of a service see while one instance takes over from another. */

import { assert, assertEquals } from "@std/assert";
import { makePaste, readPaste, sendPaste } from "../support/paste_client.ts";
import { seededRandom } from "../support/random.ts";
import { S3Server } from "../support/s3_server.ts";
import { serverEnv } from "../support/s3_environment.ts";
import { ServiceProcess } from "../support/service_process.ts";
import { Workspace } from "../support/workspace.ts";

Deno.test("a new instance serves reads at once, answers writes with 503, and writes once the old one's time is over", async () => {
  await using first = await Workspace.make();
  await using second = await Workspace.make();
  await using bucket = await S3Server.start();
  const place = serverEnv(bucket);
  const paste = makePaste(seededRandom(1));
  const id = await (async () => {
    await using service = await ServiceProcess.start({ ...first.env, ...place, DURABILITY: "replica" });
    await service.untilSynced();
    const answer = await sendPaste(service.url, paste);
    assertEquals(answer.status, 200);
    await service.end("SIGKILL");
    return answer.id ?? "";
  })();
  await using service = await ServiceProcess.start({ ...second.env, ...place, TAKEOVER_GRACE: "4s" });
  const read = async (): Promise<Uint8Array | null> => {
    const { status, bytes } = await readPaste(service.url, id);
    return status === 200 ? bytes : null;
  };
  const bytes = await service.until("the paste is there while it waits", read);
  assertEquals(bytes, paste);
  const refused = await sendPaste(service.url, makePaste(seededRandom(2)));
  assertEquals(refused.status, 503);
  assert(Number(refused.retryAfter) > 0, `${refused.retryAfter}`);
  await service.untilSynced();
  assertEquals((await sendPaste(service.url, makePaste(seededRandom(3)))).status, 200);
  assertEquals(await read(), paste);
  await service.end("SIGTERM");
});
