import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import { MultipartUpload } from "../../../replicate/s3/multipart.ts";
import type { S3Bucket } from "../../../replicate/s3/s3_bucket.ts";
import { SignedFetch } from "../../../replicate/s3/signed_fetch.ts";
import type { Fault } from "../../support/s3_server_faults.ts";
import { S3Server } from "../../support/s3_server.ts";
import { impatientClock } from "../../support/s3_server_store.ts";

const PART_BYTES = 1000;

function bucketOn(server: S3Server, send: typeof fetch = fetch): S3Bucket {
  const http = new SignedFetch({
    credentials: () => Promise.resolve(server.signer),
    region: server.signer.region,
    signature: "aws4",
    secrets: [],
    headers: {},
    clock: impatientClock,
    random: () => 0.5,
    fetch: send,
    requestTimeoutMs: 30_000,
    maxTries: 4,
    onRequest: () => undefined,
  });
  const address = { bucket: server.bucket, prefix: "db", endpoint: new URL(server.endpoint), pathStyle: true };
  return { url: `s3://${server.bucket}/db`, address, http, headers: { write: {}, part: {}, read: {} } };
}

async function* partsOf(count: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for (let index = 0; index < count; index++) yield await Promise.resolve(new Uint8Array(PART_BYTES).fill(index));
}

function expected(count: number): Uint8Array {
  return new Uint8Array(count * PART_BYTES).map((_, index) => Math.floor(index / PART_BYTES));
}

async function start(): Promise<S3Server> {
  return await S3Server.start({ minPartBytes: PART_BYTES });
}

Deno.test("MultipartUpload makes the parts one object, visible at the end", async () => {
  await using server = await start();
  const upload = await MultipartUpload.begin(bucketOn(server), "key", undefined);
  await upload.sendParts(partsOf(5), 2, undefined);
  assertEquals(server.objects.size, 0);
  await upload.complete(undefined);
  assertEquals(server.objects.get("db/key")?.bytes, expected(5));
  assertEquals(server.uploads.size, 0);
});

Deno.test("MultipartUpload survives faults in every request", async () => {
  const faults: readonly Fault[] = ["drop-before", "drop-after", "error-500", "error-500-after", "error-503"];
  for (const fault of faults) {
    await using server = await start();
    server.nextFaults.push(...[0, 1, 2, 3, 4].flatMap(() => [fault, null]));
    const upload = await MultipartUpload.begin(bucketOn(server), "key", undefined);
    await upload.sendParts(partsOf(3), 1, undefined);
    await upload.complete(undefined);
    assertEquals(server.objects.get("db/key")?.bytes, expected(3), fault);
  }
});

Deno.test("MultipartUpload.complete() recognises its object when the reply was lost", async () => {
  for (const fault of ["drop-after", "error-500-after", "truncate-body"] as const) {
    await using server = await start();
    const upload = await MultipartUpload.begin(bucketOn(server), "key", undefined);
    await upload.sendParts(partsOf(2), 2, undefined);
    server.requests.length = 0;
    server.nextFaults.push(fault);
    await upload.complete(undefined);
    assertEquals(server.requests.map(({ operation, status }) => `${operation} ${status}`), [
      "CompleteMultipartUpload 200",
      "CompleteMultipartUpload 404",
      "HeadObject 200",
    ]);
  }
});

Deno.test("MultipartUpload.complete() takes no other object for its own", async () => {
  await using server = await start();
  const upload = await MultipartUpload.begin(bucketOn(server), "key", undefined);
  await upload.sendParts(partsOf(2), 2, undefined);
  await upload.abort(undefined);
  server.objects.put("db/key", new Uint8Array(2 * PART_BYTES));
  const error = await assertRejects(() => upload.complete(undefined), ReplicateError);
  assertEquals([error.code, error.retryable], ["store-unavailable", true]);
});

Deno.test("MultipartUpload.sendParts() keeps so many in flight, and not one more", async () => {
  for (const limit of [1, 2, 3]) {
    await using server = await start();
    let running = 0;
    let most = 0;
    const counting: typeof fetch = async (...request) => {
      most = Math.max(most, ++running);
      try {
        return await fetch(...request);
      } finally {
        running--;
      }
    };
    const upload = await MultipartUpload.begin(bucketOn(server, counting), "key", undefined);
    await upload.sendParts(partsOf(9), limit, undefined);
    assertEquals(most, limit);
    await upload.abort(undefined);
  }
});

Deno.test("MultipartUpload.sendParts() frees the memory of each part once it was sent", async () => {
  await using server = await start();
  const given: Uint8Array[] = [];
  const source = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    for await (const part of partsOf(9)) {
      given.push(part);
      yield part;
      assert(given.filter(({ byteLength }) => byteLength > 0).length <= 2, "no more than are in flight");
    }
  };
  const upload = await MultipartUpload.begin(bucketOn(server), "key", undefined);
  await upload.sendParts(source(), 2, undefined);
  assertEquals(given.map(({ byteLength }) => byteLength), new Array(9).fill(0));
  await upload.complete(undefined);
  assertEquals(server.objects.get("db/key")?.bytes, expected(9));
});

Deno.test("MultipartUpload.sendParts() reads no further when a part fails", async () => {
  await using server = await start();
  let cut = 0;
  let closed = false;
  const source = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    try {
      for await (const part of partsOf(100)) {
        cut++;
        yield part;
      }
    } finally {
      closed = true;
    }
  };
  const upload = await MultipartUpload.begin(bucketOn(server), "key", undefined);
  const fails = new Array(4).fill("error-503");
  server.nextFaults.push(null, null, ...fails, ...fails);
  const error = await assertRejects(() => upload.sendParts(source(), 2, undefined), ReplicateError);
  assertEquals(error.code, "store-unavailable");
  assert(closed);
  assert(cut < 10, `${cut} parts were cut`);
  server.nextFaults.length = 0;
  await upload.abort(undefined);
  assertEquals(server.uploads.size, 0);
});

Deno.test("MultipartUpload.abort() throws the parts away, and does not mind when they are gone", async () => {
  await using server = await start();
  const upload = await MultipartUpload.begin(bucketOn(server), "key", undefined);
  await upload.sendParts(partsOf(2), 2, undefined);
  assertEquals(server.uploads.size, 1);
  await upload.abort(undefined);
  await upload.abort(undefined);
  assertEquals([server.uploads.size, server.objects.size], [0, 0]);
});
