import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import { listObjects, parseListPage } from "../../../replicate/s3/list_objects.ts";
import type { S3Bucket } from "../../../replicate/s3/s3_bucket.ts";
import { SignedFetch } from "../../../replicate/s3/signed_fetch.ts";
import { S3Server } from "../../support/s3_server.ts";
import { impatientClock, storeOn } from "../../support/s3_server_store.ts";

const TIME = "2026-01-02T03:04:05.678Z";

function entry(key: string): string {
  return `<Contents><Key>${key}</Key><LastModified>${TIME}</LastModified><ETag>&quot;0&quot;</ETag><Size>7</Size></Contents>`;
}

function page(content: string): string {
  return `<?xml version="1.0"?><ListBucketResult xmlns="u">${content}</ListBucketResult>`;
}

function keysOf(text: string): string[] {
  return parseListPage(text).objects.map(({ key }) => key);
}

Deno.test("parseListPage() reads key, size and time", () => {
  const { objects, next } = parseListPage(page(`<IsTruncated>false</IsTruncated>${entry("db/x")}`));
  assertEquals(objects, [{ key: "db/x", size: 7, modifiedAtMs: Date.parse(TIME) }]);
  assertEquals(next, null);
});

Deno.test("parseListPage() decodes keys only where the server says that it has encoded them", () => {
  const keys = entry("a+b") + entry("a%2Bb") + entry("a%20%C3%BC");
  assertEquals(keysOf(page(`<EncodingType>url</EncodingType>${keys}`)), ["a b", "a+b", "a ü"]);
  assertEquals(keysOf(page(keys)), ["a+b", "a%2Bb", "a%20%C3%BC"]);
});

Deno.test("parseListPage() reads an empty list", () => {
  assertEquals(parseListPage(page("")), { objects: [], next: null });
  assertEquals(parseListPage("<ListBucketResult/>"), { objects: [], next: null });
});

Deno.test("parseListPage() goes on with the token, or else behind the last key", () => {
  const truncated = `<IsTruncated>true</IsTruncated>${entry("a%20b")}<EncodingType>url</EncodingType>`;
  const token = "<NextContinuationToken>t&amp;1</NextContinuationToken>";
  assertEquals(parseListPage(page(truncated + token)).next, { "continuation-token": "t&1" });
  assertEquals(parseListPage(page(truncated)).next, { "start-after": "a b" });
});

Deno.test("parseListPage() throws when the page is unusable", () => {
  const pages = [
    "",
    "<Error><Code>x</Code></Error>",
    page(entry("a")).slice(0, -5),
    page("<Contents><Key>a</Key></Contents>"),
    page(`<EncodingType>url</EncodingType>${entry("%zz")}`),
    page("<IsTruncated>true</IsTruncated>"),
  ];
  for (const text of pages) assertThrows(() => parseListPage(text), SyntaxError);
});

Deno.test("listObjects() asks for page after page, and tries each again on its own", async () => {
  await using server = await S3Server.start({ pageSize: 3 });
  const keys = Array.from({ length: 10 }, (_, index) => `wal/${index}`);
  for (const key of [...keys.map((key) => `db/${key}`), "db2/x", "dba"]) server.objects.put(key, new Uint8Array(1));
  server.nextFaults.push(null, "error-503", null, "truncate-body");
  const store = storeOn(server, { clock: impatientClock });
  assertEquals((await Array.fromAsync(store.list("wal/"))).map(({ key }) => key), keys);
  assertEquals(server.requests.map(({ status }) => status), [200, 503, 200, 200, 200, 200]);
});

Deno.test("listObjects() requests nothing before it is read, and no page that nobody wants", async () => {
  await using server = await S3Server.start({ pageSize: 1 });
  for (const key of ["db/a", "db/b", "db/c"]) server.objects.put(key, new Uint8Array(1));
  const list = storeOn(server).list("");
  assertEquals(server.requests.length, 0);
  for await (const _ of list) break;
  assertEquals(server.requests.length, 1);
});

Deno.test("listObjects() lists a whole bucket when the prefix is empty", async () => {
  await using server = await S3Server.start();
  for (const key of ["a", "b/c"]) server.objects.put(key, new Uint8Array(1));
  const store = storeOn(server, { prefix: "" });
  assertEquals((await Array.fromAsync(store.list(""))).map(({ key }) => key), ["a", "b/c"]);
});

Deno.test("listObjects() copes with a server that does not encode", async () => {
  await using server = await S3Server.start();
  server.behaviour.ignoreEncodingType = true;
  server.objects.put("db/a+b %41&", new Uint8Array(1));
  assertEquals((await Array.fromAsync(storeOn(server).list(""))).map(({ key }) => key), ["a+b %41&"]);
});

function bucketAnswering(text: string): S3Bucket {
  const http = new SignedFetch({
    credentials: () => Promise.resolve({ accessKeyId: "id", secretAccessKey: "secret", sessionToken: null }),
    region: "us-east-1",
    signature: "aws4",
    secrets: [],
    headers: {},
    clock: impatientClock,
    random: () => 0,
    fetch: () => Promise.resolve(new Response(text)),
    requestTimeoutMs: 30_000,
    maxTries: 1,
    onRequest: () => undefined,
  });
  const address = { bucket: "b", prefix: "", endpoint: new URL("http://127.0.0.1"), pathStyle: true };
  return { url: "s3://b", address, http, headers: { write: {}, part: {}, read: {} } };
}

Deno.test("listObjects() does not go round in circles", async () => {
  const token = "<NextContinuationToken>same</NextContinuationToken>";
  const bucket = bucketAnswering(page(`<IsTruncated>true</IsTruncated>${token}${entry("a")}`));
  const error = await assertRejects(() => Array.fromAsync(listObjects(bucket, "", undefined)), ReplicateError);
  assertEquals(error.code, "store-refused");
});

Deno.test("listObjects() is unavailable when the list is unreadable", async () => {
  const bucket = bucketAnswering("<html>Welcome to the airport</html>");
  const error = await assertRejects(() => Array.fromAsync(listObjects(bucket, "", undefined)), ReplicateError);
  assertEquals([error.code, error.retryable], ["store-unavailable", true]);
});
