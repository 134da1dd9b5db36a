/** A clean end: whatever is under way is finished, whatever was answered is in the replica. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertStored, Load, makePaste, sendPaste } from "../support/paste_client.ts";
import { seededRandom, withRandom } from "../support/random.ts";
import { serverEnv } from "../support/s3_environment.ts";
import { S3Server } from "../support/s3_server.ts";
import { eventually, runScript, ServiceProcess } from "../support/service_process.ts";
import { Workspace } from "../support/workspace.ts";

/** What "promptly" means: the number of looks at a process until it has ended. */
const PROMPTLY = { tries: 60, pauseMs: 50 };

async function untilEnded(service: ServiceProcess): Promise<number> {
  await eventually("the process has ended", () => service.hasEnded || null, PROMPTLY);
  return (await service.end()).code;
}

async function untilNobodyListens(port: number): Promise<void> {
  await eventually("nobody listens", async () => {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return null;
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return true;
      if (error instanceof Deno.errors.ConnectionReset) return null; // it was just about to
      throw error;
    }
  });
}

/** Opens a connection and sends the first bytes of a request on it. */
async function beginRequest(port: number, start: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(start));
  return connection;
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`${signal} under load ends with 0 and has every answered paste in the replica`, async () => {
    await withRandom(async (random) => {
      await using workspace = await Workspace.make();
      await using service = await ServiceProcess.start(workspace.env);
      const load = new Load(service.url, random);
      await service.until("200 pastes are stored", () => load.answered.size >= 200 || null);
      const { code } = await service.end(signal);
      await load.stop();
      assertEquals(code, 0, service.log);
      const restored = `${workspace.folder}/restored.db`;
      const { code: restoreCode, stderr } = await runScript("replicate/cli.ts", [
        "restore",
        "-o",
        restored,
        workspace.replicaUrl,
      ]);
      assertEquals(restoreCode, 0, stderr);
      assertStored(restored, load.answered);
      assertStored(workspace.databasePath, load.answered);
    });
  });
}

Deno.test("SIGTERM waits for a paste that is on its way to the bucket, and answers it", async () => {
  await using workspace = await Workspace.make();
  await using bucket = await S3Server.start();
  const env = { ...workspace.env, ...serverEnv(bucket), DURABILITY: "replica" };
  await using service = await ServiceProcess.start(env);
  await service.untilSynced();
  bucket.requests.length = 0;
  bucket.nextFaults.push("error-503", "error-503");
  const sent = sendPaste(service.url, new TextEncoder().encode("on its way"));
  await service.until("the bucket has refused it", () => bucket.requests.length > 0 || null, { pauseMs: 1 });
  service.signal("SIGTERM");
  const { status, text } = await sent;
  assertEquals(status, 200, text);
  assertEquals((await service.end()).code, 0, service.log);
});

Deno.test("SIGTERM waits for a request whose body is still coming, and answers it", async () => {
  await using workspace = await Workspace.make();
  await using service = await ServiceProcess.start(workspace.env);
  await service.untilSynced();
  using connection = await beginRequest(service.port, "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
  await sendPaste(service.url, new TextEncoder().encode("later than that request")); // it was read by now
  service.signal("SIGTERM");
  await eventually("new pastes are not taken any more", async () => {
    const answer = await sendPaste(service.url, new TextEncoder().encode("too late")).catch(() => null);
    return answer?.status === 200 ? null : true;
  });
  await connection.write(new TextEncoder().encode("world"));
  const reply = await new Response(connection.readable).text();
  assertMatch(reply, /^HTTP\/1\.1 200 [^]*\r\n\r\nhttp:\/\/x\/([0-9A-Za-z]{12})\n$/);
  assertEquals((await service.end()).code, 0, service.log);
  const id = reply.trim().slice(-12);
  assertStored(workspace.databasePath, new Map([[id, new TextEncoder().encode("helloworld")]]));
});

Deno.test("SIGTERM does not wait for connections on which nothing is asked", async () => {
  await using workspace = await Workspace.make();
  await using service = await ServiceProcess.start(workspace.env);
  await service.untilSynced();
  using _silent = await beginRequest(service.port, "");
  using _kept = await beginRequest(service.port, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  service.signal("SIGTERM");
  assertEquals(await untilEnded(service), 0, service.log);
});

Deno.test("a second signal ends at once a service that still waits for its bucket", async () => {
  await using workspace = await Workspace.make();
  await using bucket = await S3Server.start();
  await using service = await ServiceProcess.start({ ...workspace.env, ...serverEnv(bucket) });
  await service.untilSynced();
  bucket.down = true;
  assertEquals((await sendPaste(service.url, makePaste(seededRandom(1)))).status, 200);
  service.signal("SIGTERM");
  await untilNobodyListens(service.port);
  assert(!service.hasEnded);
  service.signal("SIGTERM");
  assertEquals(await untilEnded(service), 1, service.log);
});

Deno.test("SIGTERM ends promptly a service that waits for an unreachable bucket before its first restore", async () => {
  await using workspace = await Workspace.make();
  await using bucket = await S3Server.start();
  bucket.down = true;
  await using service = await ServiceProcess.start({ ...workspace.env, ...serverEnv(bucket) });
  await service.until("the bucket was asked for", () => bucket.requests.length > 0 || null);
  service.signal("SIGTERM");
  assertEquals(await untilEnded(service), 0, service.log);
});

Deno.test("SIGTERM ends promptly a service that is still restoring", async () => {
  await using workspace = await Workspace.make();
  await using bucket = await S3Server.start();
  const env = { ...workspace.env, ...serverEnv(bucket) };
  await using first = await ServiceProcess.start(env);
  await sendWhenReady(first);
  assertEquals((await first.end("SIGTERM")).code, 0, first.log);
  await workspace.loseDisk();

  bucket.requests.length = 0;
  bucket.nextFaults.push(null, "hang", "hang", "hang", "hang");
  await using second = await ServiceProcess.start(env);
  await second.until("the bucket was asked for an object", () => bucket.requests.length > 1 || null);
  second.signal("SIGTERM");
  assertEquals(await untilEnded(second), 0, second.log);
});

async function sendWhenReady(service: ServiceProcess): Promise<void> {
  await service.untilSynced();
  assertEquals((await sendPaste(service.url, makePaste(seededRandom(1)))).status, 200);
  await service.untilSynced();
}
