import { assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import { containerCredentials } from "../../../replicate/s3/container_credentials.ts";
import { askOptions, CREDENTIALS, credentialsJson, withFile } from "../../support/credentials_fixture.ts";
import { serveHttp } from "../../support/http_server.ts";

Deno.test("containerCredentials() asks with the token, with the file's one first, or without any", async () => {
  await using server = serveHttp(() => new Response(credentialsJson()));
  const config = { type: "container", url: `${server.url}/v2/credentials/x?y`, token: null, tokenFile: null } as const;
  assertEquals(await containerCredentials(config, askOptions)(undefined), CREDENTIALS);
  await containerCredentials({ ...config, token: "Basic abc" }, askOptions)(undefined);
  await withFile("from-file\n", async (tokenFile) => {
    const fetchCredentials = containerCredentials({ ...config, token: "Basic abc", tokenFile }, askOptions);
    await fetchCredentials(undefined);
    await Deno.writeTextFile(tokenFile, "rotated");
    await fetchCredentials(undefined);
  });
  assertEquals(server.calls.map(({ method, path, headers }) => [method, path, headers.get("authorization")]), [
    ["GET", "/v2/credentials/x?y", null],
    ["GET", "/v2/credentials/x?y", "Basic abc"],
    ["GET", "/v2/credentials/x?y", "from-file"],
    ["GET", "/v2/credentials/x?y", "rotated"],
  ]);
});

Deno.test("containerCredentials() is refused where there is no role", async () => {
  await using server = serveHttp(() => new Response("", { status: 404 }));
  const config = { type: "container", url: server.url, token: null, tokenFile: null } as const;
  const error = await assertRejects(() => containerCredentials(config, askOptions)(undefined), ReplicateError);
  assertEquals([error.code, server.calls.length], ["store-refused", 1]);
});
