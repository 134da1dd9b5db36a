import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import { parseReplicateConfig, resolveReplica } from "../../replicate/config.ts";
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

Deno.test("openStore() needs nothing but what Fly's and Heroku's buckets set by themselves", async () => {
  await using server = await S3Server.start();
  const { accessKeyId, secretAccessKey } = server.signer;
  const fly = {
    BUCKET_NAME: server.bucket,
    AWS_ENDPOINT_URL_S3: server.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: "auto",
  };
  const heroku = {
    BUCKETEER_AWS_ACCESS_KEY_ID: accessKeyId,
    BUCKETEER_AWS_SECRET_ACCESS_KEY: secretAccessKey,
    BUCKETEER_AWS_REGION: "eu-west-1",
    BUCKETEER_BUCKET_NAME: server.bucket,
    AWS_ENDPOINT_URL_S3: server.endpoint, // Amazon's own, if there were no test
  };
  for (
    const [env, region, databasePath] of [[fly, "auto", "/data/fly.db"], [
      heroku,
      "eu-west-1",
      "/data/heroku.db",
    ]] as const
  ) {
    server.signer = { ...server.signer, region };
    const [replica] = parseReplicateConfig(env, { databasePath }).replicas;
    if (replica === undefined) throw new Error("There is no replica");
    const store = openStore(replica, { clock: impatientClock, random: () => 0.5 });
    assertEquals(await store.create("key", CONTENT), "created");
  }
  assertEquals(server.objects.keys(), ["fly.db/key", "heroku.db/key"]);
});

Deno.test("openStore() keeps objects as the URL says, and creates as it is told", async () => {
  await using server = await S3Server.start();
  const env = {
    LITESTREAM_ACCESS_KEY_ID: server.signer.accessKeyId,
    LITESTREAM_SECRET_ACCESS_KEY: server.signer.secretAccessKey,
    DB_REPLICA_SSE_CUSTOMER_KEY: new Uint8Array(32).fill(3).toBase64(),
  };
  const endpoint = encodeURIComponent(server.endpoint);
  const location = parseReplicaUrl(
    `s3://${server.bucket}/db?endpoint=${endpoint}&sse=customer&storage-class=STANDARD_IA`,
  );
  const seen: string[] = [];
  const store = openStore(resolveReplica(location, env), {
    clock: impatientClock,
    random: () => 0.5,
    creates: "overwriting",
    onRequest: ({ operation, status, sentBytes }) => seen.push(`${operation} ${status} ${sentBytes}`),
  });
  assertEquals([await store.create("key", CONTENT), await store.create("key", CONTENT)], ["created", "created"]);
  assertEquals(await new Response(await store.read("key")).text(), "content");
  assertEquals(seen, ["PUT 200 7", "PUT 200 7", "GET 200 0"]);
  const headers = server.requests[0]?.headers;
  assertEquals(headers?.["x-amz-storage-class"], "STANDARD_IA");
  assertEquals(headers?.["x-amz-server-side-encryption-customer-key"], env.DB_REPLICA_SSE_CUSTOMER_KEY);
  assert(!store.url.includes("?"));
});
