import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ReplicateError, reportError } from "../../../replicate/errors.ts";
import {
  ask,
  makeCredentials,
  parseCredentialsJson,
  type Question,
} from "../../../replicate/s3/credentials_request.ts";
import { askOptions, CREDENTIALS, credentialsJson, SECRETS } from "../../support/credentials_fixture.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { serveHttp } from "../../support/http_server.ts";

function question(url: string): Question {
  const headers = { authorization: "t0ken" };
  return {
    whom: "the agent",
    advice: "check it",
    url: new URL(url),
    method: "GET",
    headers,
    timeoutMs: 20_000,
    maxTries: 3,
  };
}

Deno.test("ask() tries again what may pass, and not what is a no", async () => {
  const statuses = [503, 429, 200];
  await using server = serveHttp(() => new Response("yes", { status: statuses.shift() ?? 403 }));
  assertEquals(await ask(question(server.url), { ...askOptions, signal: undefined }), "yes");
  const error = await assertRejects(
    () => ask(question(server.url), { ...askOptions, signal: undefined }),
    ReplicateError,
  );
  assertEquals([error.code, server.calls.length], ["store-refused", 4]);
  assertEquals(error.message, "Cannot get credentials from the agent as it answers 403; check it");
});

Deno.test("ask() follows no redirect, as a token would go with it", async () => {
  await using elsewhere = serveHttp(() => new Response("no"));
  await using server = serveHttp(() => Response.redirect(elsewhere.url, 307));
  const error = await assertRejects(
    () => ask(question(server.url), { ...askOptions, signal: undefined }),
    ReplicateError,
  );
  assertEquals([error.code, elsewhere.calls.length], ["store-refused", 0]);
});

Deno.test("ask() waits no longer than the time limit", async () => {
  const clock = new FakeClock();
  const fetchNothing: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
  const asking = ask({ ...question("http://127.0.0.1"), timeoutMs: 1000, maxTries: 1 }, {
    clock,
    random: () => 0.5,
    fetch: fetchNothing,
    signal: undefined,
  });
  const failed = assertRejects(() => asking, ReplicateError);
  await clock.whenPending(1);
  await clock.advance(1000);
  assertEquals([(await failed).code, (await failed).retryable], ["store-unavailable", true]);
});

Deno.test("ask() gives up with the signal's reason", async () => {
  const reason = new Error("given up");
  const asking = ask(question("http://127.0.0.1:1"), { ...askOptions, signal: AbortSignal.abort(reason) });
  assertEquals(await assertRejects(() => asking), reason);
});

Deno.test("parseCredentialsJson() reads what agents hand out, and repeats nothing of what it cannot read", () => {
  assertEquals(parseCredentialsJson(credentialsJson(), "x"), CREDENTIALS);
  assertEquals(parseCredentialsJson(credentialsJson({ Token: undefined, Expiration: undefined }), "x"), {
    ...CREDENTIALS,
    sessionToken: null,
    expiresAtMs: null,
  });
  const bad = [
    "",
    "null",
    credentialsJson().slice(0, -5),
    credentialsJson({ SecretAccessKey: "" }),
    credentialsJson({ AccessKeyId: 5 }),
    credentialsJson({ Expiration: "soon" }),
  ];
  for (const text of bad) {
    const error = assertThrows(() => parseCredentialsJson(text, "the agent"), ReplicateError);
    assertEquals([error.code, error.retryable], ["store-unavailable", true]);
    for (const secret of SECRETS) assert(!reportError(error).message.includes(secret), reportError(error).message);
  }
});

Deno.test("makeCredentials() wants a key id and a secret", () => {
  assertEquals(makeCredentials(["id", "s", null, null], "x").expiresAtMs, null);
  assertThrows(() => makeCredentials([undefined, "s", "t", "2030-01-01T00:00:00Z"], "x"), ReplicateError);
});
