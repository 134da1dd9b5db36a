import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import { openCredentials } from "../../../replicate/s3/open_credentials.ts";
import { askOptions, credentialsJson, withFile } from "../../support/credentials_fixture.ts";
import { serveHttp } from "../../support/http_server.ts";
import { S3Server } from "../../support/s3_server.ts";
import { impatientClock, storeOn } from "../../support/s3_server_store.ts";

const BYTES = new Uint8Array([1]);

Deno.test("openCredentials() gives the keys that are configured", async () => {
  const keys = { accessKeyId: "id", secretAccessKey: "s", sessionToken: "t" };
  assertEquals(await openCredentials({ type: "static", ...keys }, askOptions)(), keys);
});

Deno.test("openCredentials() looks into the file, then asks the machine", async () => {
  await using server = serveHttp(() => new Response(null, { status: 404 }));
  await withFile("[default]\naws_access_key_id=AKIA\naws_secret_access_key=s", async (file) => {
    const ambient = (profile: string, instanceEndpoint: string | null) =>
      openCredentials({ type: "ambient", profile: { file, profile }, instanceEndpoint }, askOptions);
    assertEquals((await ambient("default", server.url)()).accessKeyId, "AKIA");
    assertEquals(server.calls.length, 0);
    const asked = await assertRejects(() => ambient("other", server.url)(), ReplicateError);
    assertEquals([asked.code, server.calls.length], ["store-refused", 1]);
    assert(asked.message.includes("LITESTREAM_ACCESS_KEY_ID"), asked.message);
    const none = await assertRejects(() => ambient("other", null)(), ReplicateError);
    assert(none.message.includes(`profile "other"`) && none.message.includes("LITESTREAM_ACCESS_KEY_ID"), none.message);
  });
});

Deno.test("openCredentials() waits for a machine that has answered before, and for no other", async () => {
  let isThere = false;
  const answers: Readonly<Record<string, string>> = {
    "/latest/api/token": "session",
    "/latest/meta-data/iam/security-credentials/": "role",
    "/latest/meta-data/iam/security-credentials/role": credentialsJson({ Expiration: "2020-01-01T00:00:00Z" }),
  };
  await using server = serveHttp(({ path }) =>
    isThere ? new Response(answers[path]) : new Response(null, { status: 503 })
  );
  const provider = openCredentials({ type: "ambient", profile: null, instanceEndpoint: server.url }, askOptions);
  const codeOf = async (): Promise<unknown> => (await assertRejects(() => provider(), ReplicateError)).code;
  assertEquals(await codeOf(), "store-refused");
  isThere = true;
  assertEquals((await provider()).accessKeyId, "ASIAX");
  isThere = false;
  assertEquals(await codeOf(), "store-unavailable");
});

Deno.test("S3Store signs with temporary credentials, and gets new ones when the bucket calls them expired", async () => {
  await using s3 = await S3Server.start({ sessionToken: "token-1" });
  const { accessKeyId, secretAccessKey } = s3.signer;
  let token = 1;
  await using agent = serveHttp(() =>
    new Response(
      credentialsJson({ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: `token-${token}` }),
    )
  );
  const config = { type: "container", url: agent.url, token: null, tokenFile: null } as const;
  const store = storeOn(s3, { clock: impatientClock, credentials: openCredentials(config, askOptions) });
  await store.create("a", BYTES);
  await store.create("b", BYTES);
  assertEquals(agent.calls.length, 1);

  s3.signer = { ...s3.signer, sessionToken: "token-2", expiredTokens: ["token-1"] };
  token = 2;
  assertEquals(await store.create("c", BYTES), "created");
  assertEquals(agent.calls.length, 2);
  assertEquals(s3.requests.map(({ status }) => status), [200, 200, 400, 200]);

  // The agent has nothing newer: that is final, after one question.
  s3.signer = { ...s3.signer, sessionToken: "token-3", expiredTokens: ["token-1", "token-2"] };
  const error = await assertRejects(() => store.create("d", BYTES), ReplicateError);
  assertEquals([error.code, error.retryable, agent.calls.length], ["store-refused", false, 3]);
  assert(error.message.includes("session token has expired"), error.message);
});

Deno.test("S3Store does not try again with a session token that is given and has expired", async () => {
  await using s3 = await S3Server.start({ sessionToken: "token-1" });
  s3.signer = { ...s3.signer, sessionToken: "token-2", expiredTokens: ["token-1"] };
  const keys = { ...s3.signer, type: "static", sessionToken: "token-1" } as const;
  const store = storeOn(s3, { clock: impatientClock, credentials: openCredentials(keys, askOptions) });
  await assertRejects(() => store.create("a", BYTES), ReplicateError);
  assertEquals(s3.requests.length, 1);
});

Deno.test("S3Store is unavailable, not refused, while nobody hands out credentials", async () => {
  await using s3 = await S3Server.start();
  await using agent = serveHttp(() => new Response(null, { status: 503 }));
  const config = { type: "container", url: agent.url, token: null, tokenFile: null } as const;
  const store = storeOn(s3, { clock: impatientClock, maxTries: 2, credentials: openCredentials(config, askOptions) });
  const error = await assertRejects(() => store.read("a"), ReplicateError);
  assertEquals([error.code, error.retryable, s3.requests.length], ["store-unavailable", true, 0]);
});
