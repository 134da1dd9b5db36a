import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import { instanceCredentials } from "../../../replicate/s3/instance_credentials.ts";
import { askOptions, CREDENTIALS, credentialsJson } from "../../support/credentials_fixture.ts";
import { type RecordedCall, serveHttp } from "../../support/http_server.ts";

const ROLES = "/latest/meta-data/iam/security-credentials/";

/** The metadata service, version 2 only: nothing without a session. */
function metadata({ method, path, headers }: RecordedCall): Response {
  if (path === "/latest/api/token") {
    const seconds = Number(headers.get("x-aws-ec2-metadata-token-ttl-seconds"));
    return method === "PUT" && seconds > 0 ? new Response("session") : new Response(null, { status: 400 });
  }
  if (headers.get("x-aws-ec2-metadata-token") !== "session") return new Response(null, { status: 401 });
  if (path === ROLES) return new Response("my-role\n");
  return path === `${ROLES}my-role` ? new Response(credentialsJson()) : new Response(null, { status: 404 });
}

Deno.test("instanceCredentials() asks for a session, the role, and its credentials", async () => {
  await using server = serveHttp(metadata);
  assertEquals(await instanceCredentials(server.url, askOptions)(undefined), CREDENTIALS);
  assertEquals(server.calls.map(({ method, path }) => `${method} ${path}`), [
    "PUT /latest/api/token",
    `GET ${ROLES}`,
    `GET ${ROLES}my-role`,
  ]);
});

Deno.test("instanceCredentials() tells a machine without a role to set keys", async () => {
  await using server = serveHttp((call) => call.path === ROLES ? new Response(null, { status: 404 }) : metadata(call));
  const error = await assertRejects(() => instanceCredentials(server.url, askOptions)(undefined), ReplicateError);
  assertEquals(error.code, "store-refused");
  assert(error.message.includes("LITESTREAM_ACCESS_KEY_ID"), error.message);
});

Deno.test("instanceCredentials() finds out soon that nobody is there", async () => {
  const limits: number[] = [];
  const clock = {
    ...askOptions.clock,
    sleep: (ms: number, signal?: AbortSignal): Promise<void> => {
      limits.push(ms);
      return askOptions.clock.sleep(ms, signal);
    },
  };
  const unreachable: typeof fetch = () => Promise.reject(new TypeError("no route"));
  const fetchCredentials = instanceCredentials("http://169.254.169.254", { ...askOptions, clock, fetch: unreachable });
  const error = await assertRejects(() => fetchCredentials(undefined), ReplicateError);
  assertEquals([error.code, error.retryable], ["store-unavailable", true]);
  assert(limits.reduce((sum, ms) => sum + ms, 0) < 3_000, String(limits));
});
