import { assert, assertEquals, assertFalse, assertRejects, assertStringIncludes } from "@std/assert";
import { TestServer } from "./support.ts";

async function put(url: string, body: string): Promise<Response> {
  return await fetch(url, { method: "PUT", body });
}

/** Two round trips: whatever was sent before them has reached the service. */
async function roundTrips({ url }: TestServer): Promise<void> {
  for (let i = 0; i < 2; i++) await (await fetch(`${url}/healthz`)).text();
}

Deno.test("startServer() listens at once and answers 503 until open() has resolved", async () => {
  await using test = new TestServer();
  assertEquals((await (await fetch(`${test.url}/healthz`)).text()).trim(), "ok");
  const early = await put(test.url, "a");
  assertEquals([early.status, early.headers.get("retry-after")], [503, "2"]);
  assertStringIncludes(await early.text(), "starting");
  const notReady = await fetch(`${test.url}/readyz`);
  assertEquals([notReady.status, (await notReady.json()).ready], [503, false]);
  await test.server.open();
  const { url } = await (await put(test.url, "hello")).json();
  assertEquals(await (await fetch(url)).text(), "hello");
  const ready = await fetch(`${test.url}/readyz`);
  assertEquals([ready.status, (await ready.json()).ready], [200, true]);
});

Deno.test("PasteServer.open() rejects when the database is broken, and the service goes on answering 503", async () => {
  await using test = new TestServer();
  await Deno.mkdir(test.folder.file("data"));
  await Deno.writeTextFile(test.config.databasePath, "no database at all ".repeat(100));
  await assertRejects(() => test.server.open());
  const response = await put(test.url, "a");
  assertEquals(response.status, 503);
  await response.text();
});

Deno.test("PasteServer.open() reports its own commits once the schema is there", async () => {
  let commits = 0;
  await using test = await TestServer.open({ committed: () => void commits++, durable: () => Promise.resolve() });
  assertEquals(commits, 1);
  await (await put(test.url, "a")).text();
  assertEquals(commits, 2);
});

Deno.test("PasteServer.hold() lets pastes wait and reads go on until release()", async () => {
  await using test = await TestServer.open();
  const { url } = await (await put(test.url, "first")).json();
  test.server.hold();
  let answered = false;
  const waiting = put(test.url, "second").finally(() => answered = true);
  await roundTrips(test);
  assertEquals(await (await fetch(url)).text(), "first");
  assertFalse(answered);
  test.server.release();
  const second = await (await waiting).json();
  assertEquals(await (await fetch(second.url)).text(), "second");
});

Deno.test("PasteServer.hold() before open() holds what comes after it", async () => {
  await using test = new TestServer();
  test.server.hold();
  await test.server.open();
  let answered = false;
  const waiting = put(test.url, "a").finally(() => answered = true);
  await roundTrips(test);
  assertFalse(answered);
  test.server.release();
  assertEquals((await (await waiting).json()).id.length, 12);
});

Deno.test("PasteServer.drain() lets requests in flight finish, refuses new ones and keeps the WAL", async () => {
  await using test = await TestServer.open();
  test.server.hold();
  const inFlight = put(test.url, "a");
  await roundTrips(test);
  const drained = test.server.drain();
  test.server.release();
  const response = await inFlight;
  assertEquals([response.status, (await response.json()).id.length], [200, 12]);
  await drained;
  await assertRejects(() => put(test.url, "b"), TypeError);
  assert((await Deno.stat(`${test.config.databasePath}-wal`)).size > 0);
});

Deno.test("a paste answers 503 when it does not become durable in time, and may be read all the same", async () => {
  const durability = { committed: () => {}, durable: () => new Promise<void>(() => {}) };
  await using test = await TestServer.open(durability, { durabilityTimeoutMs: 10 });
  const response = await put(test.url, "a");
  assertEquals([response.status, response.headers.get("retry-after")], [503, "5"]);
  assertStringIncludes(await response.text(), "may still become durable later");
});

Deno.test("pastes survive a restart", async () => {
  await using first = await TestServer.open();
  const { id } = await (await put(first.url, "kept")).json();
  await first.server.drain();
  await using second = await TestServer.open(undefined, { databasePath: first.config.databasePath });
  assertEquals(await (await fetch(`${second.url}/${id}`)).text(), "kept");
});

Deno.test("MAX_TOTAL_BYTES holds over a restart, and answers 507 with the bound and the remedy", async () => {
  await using first = await TestServer.open(undefined, { maxTotalBytes: 10 });
  await (await put(first.url, "12345678")).text();
  await first.server.drain();
  const config = { maxTotalBytes: 10, databasePath: first.config.databasePath };
  await using second = await TestServer.open(undefined, config);
  const refused = await put(second.url, "123");
  assertEquals(refused.status, 507);
  assertStringIncludes(await refused.text(), "all pastes together may take 10 bytes (10 B): delete some");
  const fits = await put(second.url, "12");
  assertEquals([fits.status, (await fits.json()).id.length], [200, 12]);
});

Deno.test("a Host that would decide where the path begins gets 400 on every route", async () => {
  await using test = await TestServer.open();
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: test.server.port });
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a/healthz?\r\nConnection: close\r\n\r\n"));
  const answer = await new Response(connection.readable).text();
  assert(answer.startsWith("HTTP/1.1 400 "), answer);
  assertStringIncludes(answer, "the Host header must be a host name");
});
