import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import type { ObjectStore } from "../../../replicate/object_store.ts";
import { S3Store } from "../../../replicate/s3/client.ts";
import { S3ReplyError } from "../../../replicate/s3/s3_error.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { seededRandom } from "../../support/random.ts";
import { checkSignature } from "../../support/s3_server_signature.ts";
import { S3Server } from "../../support/s3_server.ts";
import { impatientClock, storeOn } from "../../support/s3_server_store.ts";

const MEBIBYTE = 1024 * 1024;
const bytes = seededRandom(5).bytes(1000);

async function readAll(store: ObjectStore, key: string, offset = 0): Promise<Uint8Array> {
  return new Uint8Array(await new Response(await store.read(key, { offset })).arrayBuffer());
}

async function* stream(mebibytes: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for (let index = 0; index < mebibytes; index++) yield await Promise.resolve(new Uint8Array(MEBIBYTE).fill(index));
}

function operations(server: S3Server): string[] {
  return server.requests.map(({ operation, status }) => `${operation} ${status}`);
}

Deno.test("S3Store.url names the bucket and the clean prefix", async () => {
  await using server = await S3Server.start();
  assertEquals(storeOn(server, { prefix: "/a//b/" }).url, "s3://test-bucket/a/b");
  assertEquals(storeOn(server, { prefix: "" }).url, "s3://test-bucket");
});

Deno.test("S3Store makes no request until it is asked to do something", async () => {
  await using server = await S3Server.start();
  const seen: string[] = [];
  const store = storeOn(server, { onRequest: ({ operation }) => seen.push(operation) });
  assertEquals(server.requests.length, 0);
  await store.create("k", bytes);
  await readAll(store, "k");
  await Array.fromAsync(store.list(""));
  await store.delete(["k"]);
  assertEquals(seen, ["PUT", "GET", "LIST", "DELETE"]);
});

Deno.test("S3Store throws when the endpoint is no URL, without repeating it", async () => {
  await using server = await S3Server.start();
  const error = assertThrows(() => storeOn(server, { endpoint: "https://user:geheim@host" }), TypeError);
  assert(!error.message.includes("geheim"));
});

Deno.test("S3Store signs for the bucket's own host name, for Amazon and where told so", async () => {
  await using server = await S3Server.start();
  const { signer } = server;
  const table = [
    [{ endpoint: null, region: "eu-west-1" }, "https://test-bucket.s3.eu-west-1.amazonaws.com/db/a%20b"],
    [{ endpoint: null, region: null }, "https://test-bucket.s3.us-east-1.amazonaws.com/db/a%20b"],
    [{ endpoint: null, bucket: "with.dots" }, "https://s3.us-east-1.amazonaws.com/with.dots/db/a%20b"],
    [{ endpoint: "https://s3.example.com", forcePathStyle: false }, "https://test-bucket.s3.example.com/db/a%20b"],
    [{ endpoint: "https://s3.fr-par.scw.cloud", region: null }, "https://s3.fr-par.scw.cloud/test-bucket/db/a%20b"],
  ] as const;
  for (const [options, expected] of table) {
    const urls: string[] = [];
    const store = storeOn(server, {
      ...options,
      fetch: (input, init) => {
        const url = new URL(String(input));
        urls.push(url.href);
        const headers: Record<string, string> = { ...Object.fromEntries(new Headers(init?.headers)), host: url.host };
        const region = /Credential=[^/]+\/\d+\/([^/]+)/.exec(headers["authorization"] ?? "")?.[1] ?? "";
        const call = { method: "PUT", rawPath: url.pathname, rawQuery: "", headers, body: bytes };
        assertEquals(checkSignature(call, { ...signer, region }, Date.now()), null);
        return Promise.resolve(new Response());
      },
    });
    assertEquals(await store.create("a b", bytes), "created");
    assertEquals(urls, [expected]);
  }
});

Deno.test("create() sends the condition that the provider understands", async () => {
  await using server = await S3Server.start();
  const seen: (string | null)[] = [];
  const send: typeof fetch = (_, init) => {
    const headers = new Headers(init?.headers);
    seen.push(headers.get("if-none-match"), headers.get("x-goog-if-generation-match"));
    return Promise.resolve(new Response());
  };
  await storeOn(server, { fetch: send }).create("k", bytes);
  await storeOn(server, { fetch: send, endpoint: "https://storage.googleapis.com" }).create("k", bytes);
  await storeOn(server, { fetch: send, createCondition: "none" }).create("k", bytes);
  assertEquals(seen, ["*", null, null, "0", null, null]);
});

Deno.test("create() answers exists after a lost reply, and the content is ours", async () => {
  for (const fault of ["drop-after", "error-500-after"] as const) {
    await using server = await S3Server.start();
    server.nextFaults.push(fault);
    const store = storeOn(server, { clock: impatientClock });
    assertEquals(await store.create("k", bytes), "exists");
    assertEquals(await readAll(store, "k"), bytes);
  }
});

Deno.test("create() tries again when two conditional writes met", async () => {
  await using server = await S3Server.start();
  let calls = 0;
  const store = storeOn(server, {
    clock: impatientClock,
    fetch: (...request) => {
      const conflict = "<Error><Code>ConditionalRequestConflict</Code></Error>";
      return ++calls === 1 ? Promise.resolve(new Response(conflict, { status: 409 })) : fetch(...request);
    },
  });
  assertEquals(await store.create("k", bytes), "created");
  assertEquals(calls, 2);
});

Deno.test("create() is refused at once by a server without conditional writes, and says so", async () => {
  await using server = await S3Server.start();
  server.behaviour.conditionalPut = "not-implemented";
  const error = await assertRejects(() => storeOn(server).create("k", bytes), ReplicateError);
  assertEquals([error.code, server.requests.length], ["store-refused", 1]);
  assert(error.cause instanceof S3ReplyError);
  assertEquals([error.cause.status, error.cause.s3Code], [501, "NotImplemented"]);
});

Deno.test("read() resumes a body that broke off", async () => {
  await using server = await S3Server.start();
  server.objects.put("db/k", bytes);
  const store = storeOn(server);
  server.nextFaults.push("truncate-body");
  const received: number[] = [];
  const error = await assertRejects(async () => {
    for await (const chunk of await store.read("k")) received.push(...chunk);
  }, ReplicateError);
  assertEquals([error.code, error.retryable, received.length], ["store-unavailable", true, 500]);
  received.push(...await readAll(store, "k", received.length));
  assertEquals(new Uint8Array(received), bytes);
});

Deno.test("read() fails when the body stands still", async () => {
  await using server = await S3Server.start();
  server.objects.put("db/k", bytes);
  const clock = new FakeClock(Date.now());
  server.nextFaults.push("stall-body");
  const reader = (await storeOn(server, { clock, requestTimeoutMs: 1000 }).read("k")).getReader();
  let count = 0;
  while (count < 500) count += (await reader.read()).value?.length ?? 0;
  const stalled = assertRejects(() => reader.read(), ReplicateError);
  await clock.whenPending(1);
  await clock.advance(1000);
  assertEquals((await stalled).code, "store-unavailable");
});

Deno.test("read() stops a body with the signal's reason", async () => {
  await using server = await S3Server.start();
  server.objects.put("db/k", bytes);
  server.nextFaults.push("stall-body");
  const controller = new AbortController();
  const reason = new Error("given up");
  const reader = (await storeOn(server).read("k", { signal: controller.signal })).getReader();
  await reader.read();
  const stopped = assertRejects(() => reader.read());
  controller.abort(reason);
  assertEquals(await stopped, reason);
});

Deno.test("read() begins at the offset also when the server ignores Range", async () => {
  await using server = await S3Server.start();
  server.objects.put("db/k", bytes);
  server.behaviour.ignoreRange = true;
  for (const offset of [0, 1, 999, 1000, 2000]) {
    assertEquals(await readAll(storeOn(server), "k", offset), bytes.subarray(offset));
  }
});

Deno.test("putStream() is one PUT when the stream fits a part, else a multipart upload", async () => {
  await using server = await S3Server.start();
  await storeOn(server).putStream("small", stream(8), { sizeBoundBytes: 8 * MEBIBYTE });
  assertEquals(operations(server), ["PutObject 200"]);
  server.requests.length = 0;
  await storeOn(server).putStream("large", stream(17), { sizeBoundBytes: 17 * MEBIBYTE });
  assertEquals(operations(server), [
    "CreateMultipartUpload 200",
    ...new Array(3).fill("UploadPart 200"),
    "CompleteMultipartUpload 200",
  ]);
  assertEquals(server.objects.get("db/large")?.bytes.length, 17 * MEBIBYTE);
});

Deno.test("putStream() leaves no upload behind when it fails", async () => {
  await using server = await S3Server.start();
  const failing = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    yield* stream(20);
    throw new RangeError("the source has failed");
  };
  const options = { sizeBoundBytes: 99 * MEBIBYTE };
  await assertRejects(() => storeOn(server).putStream("k", failing(), options), RangeError);
  assertEquals([server.uploads.size, server.objects.size], [0, 0]);
});

Deno.test("putStream() leaves no upload behind when the signal stops it", async () => {
  await using server = await S3Server.start();
  const controller = new AbortController();
  const stopping = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    yield* stream(20);
    controller.abort(new Error("given up"));
    yield* stream(20);
  };
  const options = { sizeBoundBytes: 99 * MEBIBYTE, signal: controller.signal };
  await assertRejects(() => storeOn(server).putStream("k", stopping(), options), Error, "given up");
  assertEquals([server.uploads.size, server.objects.size], [0, 0]);
});

Deno.test("putStream() reports the first failure when giving up the upload fails too", async () => {
  await using server = await S3Server.start();
  const failing = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    yield* stream(20);
    server.down = true;
    throw new RangeError("the source has failed");
  };
  const store = storeOn(server, { clock: impatientClock, maxTries: 2 });
  await assertRejects(() => store.putStream("k", failing(), { sizeBoundBytes: 99 * MEBIBYTE }), RangeError);
});

Deno.test("S3Store implements ObjectStore", async () => {
  await using server = await S3Server.start();
  const store: ObjectStore = storeOn(server);
  assert(store instanceof S3Store);
});
