import { assert, assertEquals } from "@std/assert";
import { fetchFor, put, refusal, stub } from "../../support/s3_server_fetch.ts";
import { seededRandom } from "../../support/random.ts";
import { S3Server } from "../../support/s3_server.ts";

Deno.test("SignedFetch.send() is understood by a server that verifies signatures", async () => {
  await using server = await S3Server.start();
  const reply = await fetchFor(server).send(put(server), undefined);
  assertEquals([reply.status, reply.text], [200, ""]);
  assertEquals(server.objects.get("key")?.bytes, new TextEncoder().encode("content"));
  const [request] = server.requests;
  assertEquals(request?.headers["content-length"], "7");
  assertEquals(request?.headers["transfer-encoding"], undefined);
  assertEquals(request?.headers["accept-encoding"], "identity");
  assert(/SignedHeaders=host;x-amz-content-sha256;x-amz-date,/.test(request?.headers["authorization"] ?? ""));
});

Deno.test("SignedFetch.send() sends the session token and the extra headers", async () => {
  await using server = await S3Server.start({ sessionToken: "token" });
  await fetchFor(server, { headers: { "x-tigris-consistent": "true" } }).send(put(server), undefined);
  const headers = server.requests[0]?.headers;
  assertEquals([headers?.["x-amz-security-token"], headers?.["x-tigris-consistent"]], ["token", "true"]);
});

Deno.test("SignedFetch.send() is refused when the secret is wrong", async () => {
  await using server = await S3Server.start();
  const credentials = { ...server.signer, secretAccessKey: "geheim" };
  const error = await refusal(
    fetchFor(server, { credentials: () => Promise.resolve(credentials) }).send(put(server), undefined),
  );
  assertEquals([error.code, server.requests.length], ["store-refused", 1]);
  assert(error.message.includes("check the secret access key"));
  assert(!error.message.includes("geheim"));
});

Deno.test("SignedFetch.send() is refused when something on the way changes body or headers", async () => {
  await using server = await S3Server.start();
  const request = put(server, { headers: { "if-none-match": "*", "x-amz-meta-a": "1" } });
  const tampered: readonly ((headers: Headers) => RequestInit)[] = [
    () => ({ body: "CONTENT" }),
    (headers) => ({ headers: (headers.delete("if-none-match"), headers) }),
    (headers) => ({ headers: (headers.set("x-amz-meta-a", "2"), headers) }),
    (headers) => ({ headers: (headers.set("x-amz-meta-b", "1"), headers) }),
    () => ({ method: "POST" }),
  ];
  for (const tamper of tampered) {
    const send: typeof fetch = (input, init) => fetch(input, { ...init, ...tamper(new Headers(init?.headers)) });
    const error = await refusal(fetchFor(server, { fetch: send }).send(request, undefined));
    assertEquals(error.code, "store-refused");
  }
  assertEquals([server.objects.size, server.requests.length], [0, tampered.length]);
});

Deno.test("SignedFetch.send() tries again after every passing failure, with the same bytes", async () => {
  await using server = await S3Server.start();
  for (const fault of ["drop-before", "drop-after", "error-500", "error-500-after", "error-503"] as const) {
    server.objects.delete("key");
    server.requests.length = 0;
    server.nextFaults.push(fault);
    await fetchFor(server).send(put(server), undefined);
    assertEquals(server.requests.map((request) => request.fault), [fault, null]);
    assertEquals(server.objects.get("key")?.bytes, new TextEncoder().encode("content"));
  }
});

Deno.test("SignedFetch.send() sends a large body whole, its length in front, at every try", async () => {
  await using server = await S3Server.start();
  const body = seededRandom(1).bytes(3_000_000);
  for (const fault of ["drop-before", "drop-after", "error-500", "error-503"] as const) {
    server.objects.delete("key");
    server.requests.length = 0;
    server.nextFaults.push(fault);
    await fetchFor(server).send(put(server, { body }), undefined);
    assertEquals(server.requests.map(({ headers }) => headers["content-length"]), ["3000000", "3000000"], fault);
    assertEquals(server.objects.get("key")?.bytes, body, fault);
  }
});

Deno.test("SignedFetch.send() gives up after the last try", async () => {
  await using server = await S3Server.start();
  server.down = true;
  const error = await refusal(fetchFor(server, { maxTries: 3 }).send(put(server), undefined));
  assertEquals([error.code, error.retryable, server.requests.length], ["store-unavailable", true, 3]);
});

Deno.test("SignedFetch.send() reports no server at all as unavailable", async () => {
  const server = await S3Server.start();
  const request = put(server);
  await server[Symbol.asyncDispose]();
  const error = await refusal(fetchFor(server, { maxTries: 2 }).send(request, undefined));
  assertEquals([error.code, error.retryable], ["store-unavailable", true]);
});

Deno.test("SignedFetch.send() does not repeat what no retry can help", async () => {
  await using server = await S3Server.start();
  const url = new URL(`${server.endpoint}/another-bucket/key`);
  const error = await refusal(fetchFor(server).send(put(server, { url }), undefined));
  assertEquals([error.code, server.requests.length], ["store-refused", 1]);
});

Deno.test("SignedFetch.send() follows no redirect, and names the bucket's region", async () => {
  await using server = await S3Server.start();
  await using elsewhere = await S3Server.start();
  const headers = { location: elsewhere.endpoint, "x-amz-bucket-region": "eu-west-3" };
  await using redirecting = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => undefined },
    () => new Response("<Error><Code>PermanentRedirect</Code></Error>", { status: 301, headers }),
  );
  const url = new URL(`http://127.0.0.1:${redirecting.addr.port}/b/key`);
  const error = await refusal(fetchFor(server).send(put(server, { url }), undefined));
  assertEquals([error.code, elsewhere.requests.length], ["store-refused", 0]);
  assert(error.message.includes('set the region to "eu-west-3"'), error.message);
});

Deno.test("SignedFetch.send() finds the error in a successful reply", async () => {
  await using server = await S3Server.start();
  const failed = (): Response => new Response("<Error><Code>InternalError</Code></Error>");
  const http = fetchFor(server, { fetch: stub(failed, () => new Response("<Result/>")) });
  assertEquals((await http.send(put(server), undefined)).text, "<Result/>");
});

Deno.test("SignedFetch.send() returns the statuses that are answers", async () => {
  await using server = await S3Server.start();
  server.objects.put("key", new Uint8Array(1));
  const request = put(server, { headers: { "if-none-match": "*" }, accept: [412] });
  assertEquals((await fetchFor(server).send(request, undefined)).status, 412);
});

Deno.test("SignedFetch tells of every try, also of those that fail", async () => {
  await using server = await S3Server.start();
  const seen: string[] = [];
  const http = fetchFor(server, {
    onRequest: ({ operation, status, sentBytes, receivedBytes }) =>
      seen.push(`${operation} ${status} ${sentBytes} ${receivedBytes}`),
  });
  server.nextFaults.push("drop-before", "error-503");
  await http.send(put(server), undefined);
  const get = put(server, { operation: "GET", method: "GET", body: null, isObject: true });
  assertEquals(await (await http.open(get, undefined)).text(), "content");
  const missing = { ...get, url: new URL(`${server.endpoint}/${server.bucket}/none`) };
  assertEquals((await refusal(http.open(missing, undefined))).code, "object-missing");
  assertEquals(seen, ["PUT null 7 0", "PUT 503 7 110", "PUT 200 7 0", "GET 200 0 7", "GET 404 0 112"]);
});

Deno.test("SignedFetch asks for credentials at every try", async () => {
  await using server = await S3Server.start();
  let calls = 0;
  const http = fetchFor(server, {
    credentials: () => Promise.resolve({ ...server.signer, ...(calls++ === 0 ? { secretAccessKey: "old" } : {}) }),
  });
  assertEquals((await refusal(http.send(put(server), undefined))).code, "store-refused");
  assertEquals((await http.send(put(server), undefined)).status, 200);
});
