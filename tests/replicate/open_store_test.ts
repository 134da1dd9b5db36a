import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import { resolveReplica } from "../../replicate/config.ts";
import { ReplicateError } from "../../replicate/errors.ts";
import { FileStore } from "../../replicate/file_store.ts";
import { openStore } from "../../replicate/open_store.ts";
import { parseReplicaUrl } from "../../replicate/store_url.ts";
import { S3Server } from "../support/s3_server.ts";
import { impatientClock } from "../support/s3_server_store.ts";

const CONTENT = new TextEncoder().encode("content");

Deno.test("openStore() opens a folder, and touches nothing yet", async () => {
  const folder = await Deno.makeTempDir();
  const store = openStore({ type: "file", path: `${folder}/replica` }, { clock: systemClock, random: Math.random });
  assert(store instanceof FileStore);
  assertEquals(store.url, `file://${folder}/replica`);
  assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  await store.create("key", CONTENT);
  assertEquals(await Deno.readFile(`${folder}/replica/key`), CONTENT);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openStore() opens a bucket below its path, with the keys that it was given", async () => {
  await using server = await S3Server.start({ sessionToken: "session" });
  const location = parseReplicaUrl(`s3://${server.bucket}/some/path`);
  const env = {
    AWS_ACCESS_KEY_ID: server.signer.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.signer.secretAccessKey,
    AWS_SESSION_TOKEN: "session",
    AWS_REGION: server.signer.region,
    AWS_ENDPOINT_URL_S3: server.endpoint,
  };
  const options = { clock: impatientClock, random: () => 0.5 };
  const store = openStore(resolveReplica(location, env), options);
  assertEquals(server.requests, []);
  assertEquals(await store.create("key", CONTENT), "created");
  assertEquals(server.objects.keys(), ["some/path/key"]);
  for (const secret of [env.AWS_SECRET_ACCESS_KEY, "session"]) assert(!store.url.includes(secret));

  const stranger = openStore(resolveReplica(location, { ...env, AWS_SECRET_ACCESS_KEY: "wrong" }), options);
  const refused = await assertRejects(() => stranger.read("key"), ReplicateError);
  assertEquals([refused.code, refused.message.includes("wrong")], ["store-refused", false]);
});

Deno.test("openStore() tries a request four times before it tells of its failure", async () => {
  await using server = await S3Server.start();
  server.down = true;
  const location = parseReplicaUrl(`s3://${server.bucket}`);
  const env = {
    LITESTREAM_ACCESS_KEY_ID: server.signer.accessKeyId,
    LITESTREAM_SECRET_ACCESS_KEY: server.signer.secretAccessKey,
    LITESTREAM_S3_ENDPOINT: server.endpoint,
  };
  const store = openStore(resolveReplica(location, env), { clock: impatientClock, random: () => 0.5 });
  const error = await assertRejects(() => store.read("key"), ReplicateError);
  assertEquals([error.code, error.retryable], ["store-unavailable", true]);
  server.down = false;
  server.nextFaults.push("error-503", "error-503", "error-503", "error-503");
  assertEquals((await assertRejects(() => store.read("key"), ReplicateError)).code, "store-unavailable");
  assertEquals(server.requests.filter(({ fault }) => fault === "error-503").length, 4);
});
