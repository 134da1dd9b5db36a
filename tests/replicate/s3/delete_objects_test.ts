import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import { ObjectDeleter } from "../../../replicate/s3/delete_objects.ts";
import { S3ReplyError } from "../../../replicate/s3/s3_error.ts";
import { S3Server } from "../../support/s3_server.ts";
import { impatientClock, storeOn } from "../../support/s3_server_store.ts";

function fill(server: S3Server, count: number): string[] {
  const keys = Array.from({ length: count }, (_, index) => `k/${String(index).padStart(5, "0")}`);
  for (const key of keys) server.objects.put(`db/${key}`, new Uint8Array(1));
  return keys;
}

function operations(server: S3Server): string[] {
  return server.requests.map(({ operation }) => operation);
}

Deno.test("ObjectDeleter is what S3Store deletes with: in batches of 1,000", async () => {
  assert(typeof ObjectDeleter === "function");
  await using server = await S3Server.start();
  await storeOn(server).delete(fill(server, 2001));
  assertEquals(operations(server), ["DeleteObjects", "DeleteObjects", "DeleteObject"]);
  assertEquals(server.objects.size, 0);
});

Deno.test("delete() requests nothing for no keys", async () => {
  await using server = await S3Server.start();
  await storeOn(server).delete([]);
  assertEquals(server.requests.length, 0);
});

Deno.test("delete() deletes one by one where the server has no DeleteObjects, and remembers it", async () => {
  await using server = await S3Server.start();
  server.behaviour.batchDelete = "not-implemented";
  const store = storeOn(server);
  const keys = fill(server, 10);
  await store.delete(keys.slice(0, 5));
  await store.delete(keys.slice(5));
  assertEquals(operations(server), ["DeleteObjects", ...new Array(10).fill("DeleteObject")]);
  assertEquals(server.objects.size, 0);
});

Deno.test("delete() deletes one by one what the server's answer does not mention", async () => {
  await using server = await S3Server.start();
  server.behaviour.batchDelete = "silent";
  await storeOn(server).delete(fill(server, 5));
  assertEquals(operations(server), ["DeleteObjects", ...new Array(5).fill("DeleteObject")]);
  assertEquals(server.objects.size, 0);
});

Deno.test("delete() fails when the 200 holds an error, and names the key", async () => {
  await using server = await S3Server.start();
  const keys = fill(server, 5);
  server.behaviour.undeletable.set("db/k/00003", "AccessDenied");
  const error = await assertRejects(() => storeOn(server).delete(keys), ReplicateError);
  assertEquals([error.code, error.retryable], ["store-refused", false]);
  assert(error.message.includes('"k/00003"') && error.message.includes("may delete"), error.message);
  assert(error.cause instanceof S3ReplyError && error.cause.s3Code === "AccessDenied");
  assertEquals(operations(server), ["DeleteObjects"]);
});

Deno.test("delete() tries again what failed for the moment", async () => {
  await using server = await S3Server.start();
  const keys = fill(server, 5);
  server.behaviour.undeletable.set("db/k/00003", "InternalError");
  const store = storeOn(server, { clock: impatientClock, maxTries: 3 });
  const error = await assertRejects(() => store.delete(keys), ReplicateError);
  assertEquals([error.code, error.retryable], ["store-unavailable", true]);
  assertEquals(operations(server), ["DeleteObjects", "DeleteObject", "DeleteObject", "DeleteObject"]);
  server.behaviour.undeletable.clear();
  await store.delete(keys);
  assertEquals(server.objects.size, 0);
});

Deno.test("delete() counts a key without an object as deleted", async () => {
  await using server = await S3Server.start();
  server.behaviour.undeletable.set("db/gone", "NoSuchKey");
  await storeOn(server).delete(["gone", ...fill(server, 2)]);
  assertEquals(server.objects.size, 0);
});

Deno.test("delete() stops with the first key that is refused", async () => {
  await using server = await S3Server.start();
  server.behaviour.batchDelete = "not-implemented";
  const keys = fill(server, 100);
  for (const key of keys) server.behaviour.undeletable.set(`db/${key}`, "AccessDenied");
  const error = await assertRejects(() => storeOn(server).delete(keys), ReplicateError);
  assert(error.message.includes('"k/00000"'), error.message);
  assert(server.requests.length < 20, `${server.requests.length} requests`);
});

Deno.test("delete() survives lost replies", async () => {
  await using server = await S3Server.start();
  server.nextFaults.push("drop-after", "truncate-body", "error-500-after");
  await storeOn(server, { clock: impatientClock }).delete(fill(server, 50));
  assertEquals(server.objects.size, 0);
});
