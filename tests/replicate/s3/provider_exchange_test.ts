/** What has gone wrong between others and S3 services, each as an exchange with a server that has that quirk. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import { CUSTOM, type Provider, providerFor } from "../../../replicate/s3/providers.ts";
import type { S3StoreOptions } from "../../../replicate/s3/client.ts";
import { S3Server } from "../../support/s3_server.ts";
import { impatientClock, storeOn } from "../../support/s3_server_store.ts";
import type { S3Store } from "../../../replicate/s3/client.ts";

const MEBIBYTE = 1024 * 1024;
const BYTES = new TextEncoder().encode("content");

/** A store that takes the server for one of the provider's. */
function storeAs(server: S3Server, provider: Provider, options: Partial<S3StoreOptions> = {}): S3Store {
  return storeOn(server, { provider, clock: impatientClock, ...options });
}

async function* stream(mebibytes: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for (let index = 0; index < mebibytes; index++) yield await Promise.resolve(new Uint8Array(MEBIBYTE));
}

function operations(server: S3Server): string[] {
  return server.requests.map(({ operation, status }) => `${operation} ${status}`);
}

Deno.test("hazard, many providers: no request is chunked, has a trailer, or leaves its payload unsigned", async () => {
  await using server = await S3Server.start();
  const store = storeAs(server, CUSTOM);
  await store.create("a", BYTES);
  await store.create("b", BYTES);
  await store.putStream("c", stream(9), { sizeBoundBytes: 9 * MEBIBYTE });
  await (await store.read("a")).cancel();
  await Array.fromAsync(store.list(""));
  await store.delete(["a", "b"]);
  assertEquals(new Set(server.requests.map(({ operation }) => operation)).size, 7);
  for (const { operation, headers } of server.requests) {
    // The server has compared the hash with the body: that of an unsigned payload would not be one.
    assert(/^[0-9a-f]{64}$/.test(headers["x-amz-content-sha256"] ?? ""), operation);
    assertEquals([headers["transfer-encoding"], headers["x-amz-trailer"]], [undefined, undefined], operation);
    if (!/^(Get|List)/.test(operation)) assert(headers["content-length"] !== undefined, operation);
  }
});

Deno.test("hazard, Google and Garage: no header is signed that a proxy rewrites", async () => {
  await using server = await S3Server.start({ google: true });
  for (const provider of [CUSTOM, providerFor("storage.googleapis.com")]) {
    const store = storeAs(server, provider);
    await store.create(provider.name, BYTES);
    await store.delete([provider.name, "none"]);
    await (await storeAs(server, provider).list("")[Symbol.asyncIterator]().next());
  }
  for (const { headers } of server.requests) {
    const names = /SignedHeaders=([^,]+)/.exec(headers["authorization"] ?? "")?.[1]?.split(";") ?? [];
    assert(names.includes("host"));
    for (const name of names) assert(/^(host|content-md5|if-none-match|x-(amz|goog)-[a-z0-9-]+)$/.test(name), name);
  }
});

Deno.test("hazard, Google: creating needs Google's own condition, which does not mix with Amazon's signature", async () => {
  await using server = await S3Server.start({ google: true });
  const store = storeAs(server, providerFor("storage.googleapis.com"));
  assertEquals([await store.create("k", BYTES), await store.create("k", new Uint8Array(1))], ["created", "exists"]);
  assertEquals(server.objects.get("db/k")?.bytes, BYTES);
  await store.putStream("large", stream(9), { sizeBoundBytes: 9 * MEBIBYTE });
  assertEquals(await Array.fromAsync(store.list(""), ({ key }) => key), ["k", "large"]);
  await store.delete(["k", "large"]);
  assertEquals(server.objects.size, 0);

  const naive = storeAs(server, { ...providerFor("storage.googleapis.com"), signature: "aws4" });
  const error = await assertRejects(() => naive.create("k", BYTES), ReplicateError);
  assert(error.message.includes("does not take conditional writes"), error.message);
  // What it does with Amazon's condition is worse: nothing.
  const blind = storeAs(server, CUSTOM);
  assertEquals([await blind.create("k", BYTES), await blind.create("k", BYTES)], ["created", "created"]);
});

Deno.test("hazard, Google of old and others: no batch delete at all", async () => {
  await using server = await S3Server.start({ google: true });
  server.behaviour.batchDelete = "not-implemented";
  const store = storeAs(server, providerFor("storage.googleapis.com"));
  for (const key of ["a", "b", "c"]) await store.create(key, BYTES);
  await store.delete(["a", "b", "c"]);
  assertEquals([server.objects.size, operations(server).filter((name) => name === "DeleteObject 204").length], [0, 3]);
});

Deno.test("hazard, single deletes: a provider that is known for it is never asked for a batch", async () => {
  await using server = await S3Server.start();
  const store = storeAs(server, { ...CUSTOM, batchDelete: false });
  await store.delete(["a", "b"]);
  assertEquals(operations(server), ["DeleteObject 204", "DeleteObject 204"]);
});

Deno.test("hazard, B2, MinIO, object lock: DeleteObjects carries Content-MD5", async () => {
  await using server = await S3Server.start();
  await storeAs(server, providerFor("s3.us-west-004.backblazeb2.com")).delete(["a", "b"]);
  assertEquals(operations(server), ["DeleteObjects 200"]);
});

Deno.test("hazard, B2: a condition is answered 501, so none is sent", async () => {
  await using server = await S3Server.start();
  server.behaviour.conditionalPut = "not-implemented";
  const store = storeAs(server, providerFor("s3.us-west-004.backblazeb2.com"));
  assertEquals(await store.create("k", BYTES), "created");
  const error = await assertRejects(() => storeAs(server, CUSTOM).create("k", BYTES), ReplicateError);
  assertEquals([error.code, error.retryable], ["store-refused", false]);
  assertEquals(operations(server), ["PutObject 200", "PutObject 501"]);
});

Deno.test("hazard, R2: a batch delete that answers 200 and deletes nothing is done one by one", async () => {
  await using server = await S3Server.start();
  server.behaviour.batchDelete = "silent";
  const store = storeAs(server, providerFor("x.r2.cloudflarestorage.com"));
  for (const key of ["a", "b"]) await store.create(key, BYTES);
  await store.delete(["a", "b"]);
  assertEquals(server.objects.size, 0);
  server.behaviour.batchDelete = "works";
  server.behaviour.undeletable.set("db/b", "AccessDenied");
  const error = await assertRejects(() => store.delete(["a", "b"]), ReplicateError);
  assert(error.message.includes('"b"'));
});

Deno.test("hazard, R2: no more than two parts are under way at once, all of one size", async () => {
  await using server = await S3Server.start();
  let running = 0;
  let most = 0;
  const counting: typeof fetch = async (...request) => {
    most = Math.max(most, ++running);
    return await fetch(...request).finally(() => running--);
  };
  server.faults = { ...server.faults, delayMs: 5 };
  const store = storeAs(server, providerFor("x.r2.cloudflarestorage.com"), { fetch: counting });
  await store.putStream("k", stream(41), { sizeBoundBytes: 41 * MEBIBYTE });
  assertEquals(most, 2);
  const sizes = server.requests.filter(({ operation }) => operation === "UploadPart").map(({ headers }) =>
    Number(headers["content-length"]) / MEBIBYTE
  );
  assertEquals(sizes.toSorted(), [1, 8, 8, 8, 8, 8]);
});

Deno.test("hazard, Tigris: a condition holds only when the leader judges it", async () => {
  await using server = await S3Server.start();
  server.behaviour.conditionalPut = "leader-only";
  const store = storeAs(server, providerFor("fly.storage.tigris.dev"));
  assertEquals([await store.create("k", BYTES), await store.create("k", BYTES)], ["created", "exists"]);
  await Array.fromAsync(store.list(""));
  assertEquals(server.requests.map(({ headers }) => headers["x-tigris-consistent"]), ["true", "true", "true"]);
  assertEquals(await storeAs(server, CUSTOM).create("k", BYTES), "created");
});

Deno.test("hazard, Scaleway and others: an upload never has more parts than the provider takes", async () => {
  await using server = await S3Server.start();
  server.behaviour.partsMax = 3;
  assertEquals(providerFor("s3.fr-par.scw.cloud").partsMax, 1000);
  const scaled = { ...providerFor("s3.fr-par.scw.cloud"), partsMax: 3 };
  await storeAs(server, scaled).putStream("k", stream(40), { sizeBoundBytes: 40 * MEBIBYTE });
  assertEquals(server.objects.get("db/k")?.bytes.length, 40 * MEBIBYTE);
  // The server means it.
  const eager = storeAs(server, CUSTOM).putStream("k", stream(40), { sizeBoundBytes: 40 * MEBIBYTE });
  await assertRejects(() => eager, ReplicateError);
});

Deno.test("hazard, throttling: every kind of it is tried again, in no step with others", async () => {
  await using server = await S3Server.start();
  const codes = [[408, "RequestCanceled"], [429, "TooManyRequests"], [500, "InternalError"], [
    503,
    "SlowDown",
  ]] as const;
  const answers = codes.map(([status, code]) => new Response(`<Error><Code>${code}</Code></Error>`, { status }));
  const store = storeAs(server, CUSTOM, {
    fetch: (...request) => Promise.resolve(answers.shift() ?? fetch(...request)),
  });
  assertEquals(await store.create("k", BYTES), "created");
  assertEquals(answers, []);
});

Deno.test("hazard, AWS: two creates that meet are tried again until one has won", async () => {
  await using server = await S3Server.start();
  let conflicts = 2;
  const conflict = "<Error><Code>ConditionalRequestConflict</Code></Error>";
  const store = storeAs(server, providerFor(null), {
    forcePathStyle: true,
    fetch: (...request) =>
      conflicts-- > 0 ? Promise.resolve(new Response(conflict, { status: 409 })) : fetch(...request),
  });
  assertEquals(await store.create("k", BYTES), "created");
  assertEquals(await store.create("k", BYTES), "exists");
});

Deno.test("hazard, CoreWeave: who comes too late is answered 409 for ever, and learns that there is an object", async () => {
  await using server = await S3Server.start();
  server.behaviour.conditionalPut = "conflict";
  const store = storeAs(server, CUSTOM, { maxTries: 3 });
  assertEquals([await store.create("k", BYTES), await store.create("k", BYTES)], ["created", "exists"]);
  assertEquals(operations(server), ["PutObject 200", ...new Array(3).fill("PutObject 409"), "HeadObject 200"]);
});

Deno.test("hazard, endpoint and region: the region follows from the endpoint's host name", async () => {
  await using server = await S3Server.start();
  for (
    const [endpoint, region] of [["https://s3.us-west-004.backblazeb2.com", "us-west-004"], [
      "minio.local:9000",
      "us-east-1",
    ]]
  ) {
    const signed: string[] = [];
    const store = storeOn(server, {
      endpoint: endpoint ?? null,
      region: null,
      fetch: (_, init) => {
        signed.push(new Headers(init?.headers).get("authorization") ?? "");
        return Promise.resolve(new Response());
      },
    });
    await store.create("k", BYTES);
    assert(signed[0]?.includes(`/${region}/s3/`), signed[0]);
  }
});

Deno.test("hazard, empty path: no key begins with a slash", async () => {
  await using server = await S3Server.start();
  for (const prefix of ["", "/", "a//b/", "./c"]) await storeAs(server, CUSTOM, { prefix }).create("k", BYTES);
  assertEquals(server.objects.keys(), ["a/b/k", "c/k", "k"]);
});
