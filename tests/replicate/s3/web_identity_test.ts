import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError, reportError } from "../../../replicate/errors.ts";
import { webIdentityCredentials } from "../../../replicate/s3/web_identity.ts";
import type { WebIdentityConfig } from "../../../replicate/s3/credentials_config.ts";
import { askOptions, CREDENTIALS, SECRETS, withFile } from "../../support/credentials_fixture.ts";
import { serveHttp } from "../../support/http_server.ts";

const ANSWER = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <SubjectFromWebIdentityToken>system:serviceaccount:x</SubjectFromWebIdentityToken>
    <Credentials>
      <SessionToken>t0ken</SessionToken>
      <SecretAccessKey>s3cr3t</SecretAccessKey>
      <Expiration>2030-01-01T00:00:00Z</Expiration>
      <AccessKeyId>ASIAX</AccessKeyId>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>`;

function configOf(tokenFile: string, endpoint: string): WebIdentityConfig {
  return { type: "web-identity", tokenFile, roleArn: "arn:aws:iam::1:role/r", sessionName: "session", endpoint };
}

Deno.test("webIdentityCredentials() trades the file's token for credentials, each time the one that is there", async () => {
  await using server = serveHttp(() => new Response(ANSWER));
  await withFile("identity-t0ken\n", async (path) => {
    const fetchCredentials = webIdentityCredentials(configOf(path, server.url), askOptions);
    assertEquals(await fetchCredentials(undefined), CREDENTIALS);
    await Deno.writeTextFile(path, "rotated");
    await fetchCredentials(undefined);
  });
  assertEquals(server.calls.map(({ method, path }) => `${method} ${path}`), ["POST /", "POST /"]);
  const [first, second] = server.calls.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  assertEquals(first, {
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: "arn:aws:iam::1:role/r",
    RoleSessionName: "session",
    WebIdentityToken: "identity-t0ken",
  });
  assertEquals(second?.["WebIdentityToken"], "rotated");
});

Deno.test("webIdentityCredentials() tells what to check, and no secret, when the service says no or nonsense", async () => {
  const answers = [
    new Response("<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>", { status: 403 }),
    new Response(ANSWER.slice(0, 400)),
    new Response(ANSWER.replace("SecretAccessKey>s3cr3t", "Other>s3cr3t").replace("/SecretAccessKey", "/Other")),
    new Response("<Other/>"),
  ];
  await using server = serveHttp(() => answers.shift() ?? new Response(null, { status: 500 }));
  await withFile("identity-t0ken", async (path) => {
    const fetchCredentials = webIdentityCredentials(configOf(path, server.url), askOptions);
    const codes: string[] = [];
    for (let turn = 0; turn < 5; turn++) {
      const error = await assertRejects(() => fetchCredentials(undefined), ReplicateError);
      codes.push(error.code);
      for (const secret of SECRETS) assert(!reportError(error).message.includes(secret), reportError(error).message);
      if (turn === 0) assert(/403 AccessDenied; .*AWS_ROLE_ARN/.test(error.message), error.message);
    }
    assertEquals(codes, ["store-refused", ...new Array(4).fill("store-unavailable")]);
  });
});

Deno.test("webIdentityCredentials() names the file that is missing, and asks nobody", async () => {
  await using server = serveHttp(() => new Response(ANSWER));
  const error = await assertRejects(
    () => webIdentityCredentials(configOf("/nowhere/token", server.url), askOptions)(undefined),
    ReplicateError,
  );
  assertEquals([error.code, server.calls.length], ["store-refused", 0]);
  assert(error.message.includes("/nowhere/token") && error.message.includes("AWS_WEB_IDENTITY_TOKEN_FILE"));
});

Deno.test("webIdentityCredentials() asks again when the service is busy, or could not reach the identity's provider", async () => {
  const busy = ["Throttling", "IDPCommunicationError"].map((code) =>
    new Response(`<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`, { status: 400 })
  );
  await using server = serveHttp(() => busy.shift() ?? new Response(ANSWER));
  await withFile("identity-t0ken", async (path) => {
    assertEquals(await webIdentityCredentials(configOf(path, server.url), askOptions)(undefined), CREDENTIALS);
  });
  assertEquals(server.calls.length, 3);
});
