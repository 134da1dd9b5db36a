import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { Database } from "../../server/database.ts";
import { Hono } from "hono";
import { inlineCodec } from "../../server/codec.ts";
import { ReadOnlyStore } from "../../server/read_only_store.ts";
import { ReadingPhase } from "../../server/reading_phase.ts";
import { HEALTH_OFF, ManualClock, openFiles, TestServer, turns } from "./support.ts";

const WAITING = { ...HEALTH_OFF, role: "waiting" } as const;

/** A service that waits, with a database as a restore leaves it: one paste of each kind. */
async function restored(): Promise<{ test: TestServer; plain: string; burn: string }> {
  await using source = await TestServer.open();
  const put = async (query: string, body: string): Promise<string> =>
    (await (await fetch(`${source.url}/${query}`, { method: "PUT", body })).json()).id;
  const plain = await put("?name=a.log", "plain");
  const burn = await put("?burn=1", "secret");
  await source.server.drain();
  const test = new TestServer();
  test.health = WAITING;
  await Deno.mkdir(test.folder.file("data"));
  for (const end of ["", "-wal"]) {
    await Deno.copyFile(source.config.databasePath + end, test.config.databasePath + end);
  }
  return { test, plain, burn };
}

/** Until the file is open, or is known not to open: that is soon, and nothing says so. */
async function answered(test: TestServer, path: string, status: number): Promise<Response> {
  for (let i = 0; i < 500; i++) {
    const response = await fetch(`${test.url}${path}`);
    if (response.status === status) return response;
    await response.body?.cancel();
  }
  throw new Error(`${path} is never answered with ${status}`);
}

async function statusOf(request: Promise<Response>): Promise<number> {
  const { status, body } = await request;
  await body?.cancel();
  return status;
}

Deno.test("PasteServer.openForReading() serves what can be read and refuses what writes", async () => {
  const { test, plain, burn } = await restored();
  await using _ = test;
  test.server.openForReading();
  assertEquals(await (await answered(test, `/${plain}`, 200)).text(), "plain");
  for (const path of ["/", `/${plain}/raw`, `/${plain}?head=1`, "/static/style.css", "/limits", "/healthz"]) {
    assertEquals(await statusOf(fetch(`${test.url}${path}`)), 200, path);
  }
  assertEquals(await statusOf(fetch(`${test.url}/${plain}`, { method: "HEAD" })), 200);
  assertEquals(await statusOf(fetch(`${test.url}/000000000000`)), 404);
  const page = await fetch(`${test.url}/${plain}`, { headers: { Accept: "text/html" } });
  assertStringIncludes(await page.text(), "a.log");
  const ready = await fetch(`${test.url}/readyz`);
  assertEquals([ready.status, (await ready.json()).replication.role], [503, "waiting"]);
  const writes: readonly (readonly [string, RequestInit])[] = [
    ["/", { method: "PUT", body: "a" }],
    ["/a.log", { method: "PUT", body: "a" }],
    ["/", { method: "POST", body: "a" }],
    [`/${plain}`, { method: "DELETE" }],
    [`/${burn}`, {}],
  ];
  for (const [path, init] of writes) {
    const response = await fetch(`${test.url}${path}`, init);
    assertEquals([response.status, response.headers.get("retry-after")], [503, "3"], path);
    assertStringIncludes(await response.text(), "another instance is still writing: try again in a few seconds");
  }
});

Deno.test("PasteServer.closeForReading() goes back to starting, and a database in the file's place is the one that is served", async () => {
  const { test, plain, burn } = await restored();
  await using _ = test;
  const { server, config: { databasePath } } = test;
  server.openForReading();
  await (await answered(test, `/${plain}`, 200)).text();
  await server.closeForReading();
  assertEquals(await statusOf(fetch(`${test.url}/${plain}`)), 503);
  // Another database takes its place: without the one paste, and with other bytes under the other's id.
  for (const end of ["", "-wal"]) await Deno.copyFile(databasePath + end, test.folder.file(`source.db${end}`));
  const source = await Database.open(test.folder.file("source.db"));
  source.query("UPDATE entries SET contents = CAST('other' AS BLOB) WHERE id = ?", [plain]);
  source.query("DELETE FROM entries WHERE id = ?", [burn]);
  source.query("PRAGMA wal_checkpoint(TRUNCATE)");
  source.close();
  for (const end of ["-wal", "-shm"]) await Deno.remove(databasePath + end).catch(() => {});
  await Deno.rename(test.folder.file("source.db"), databasePath);
  server.openForReading();
  assertEquals(await (await answered(test, `/${plain}`, 200)).text(), "other");
  test.health = HEALTH_OFF;
  await server.open();
  assertEquals(await (await fetch(`${test.url}/${plain}`)).text(), "other");
  assertEquals(await statusOf(fetch(`${test.url}/${burn}`)), 404);
  const created = await fetch(test.url, { method: "PUT", body: "new" });
  assertEquals([created.status, (await created.json()).id.length], [200, 12]);
  server.openForReading(); // too late: nothing happens
  assertEquals(await statusOf(fetch(test.url, { method: "PUT", body: "new" })), 200);
});

Deno.test("PasteServer.closeForReading() resolves at once when nothing is open, and after open() too", async () => {
  await using test = new TestServer();
  await test.server.closeForReading();
  await test.server.open();
  await test.server.closeForReading();
  assertEquals(await statusOf(fetch(test.url, { method: "PUT", body: "a" })), 200);
});

Deno.test("PasteServer.closeForReading() right after openForReading() leaves nothing open", async () => {
  const { test, plain } = await restored();
  await using _ = test;
  for (let i = 0; i < 3; i++) {
    test.server.openForReading();
    test.server.openForReading();
    await Promise.all([test.server.closeForReading(), test.server.closeForReading()]);
  }
  assertEquals(await statusOf(fetch(`${test.url}/${plain}`)), 503);
  assertFalse(openFiles().includes(test.config.databasePath));
});

Deno.test("PasteServer.openForReading() goes on answering that it starts when there is no database, or another's", async () => {
  for (const content of [null, "no database at all ".repeat(100)]) {
    await using test = new TestServer();
    test.health = WAITING;
    await Deno.mkdir(test.folder.file("data"));
    if (content !== null) await Deno.writeTextFile(test.config.databasePath, content);
    test.server.openForReading();
    await test.server.closeForReading();
    test.server.openForReading();
    const response = await fetch(`${test.url}/000000000000`);
    assertEquals(response.status, 503);
    assertStringIncludes(await response.text(), "is starting");
    assertEquals(await statusOf(fetch(`${test.url}/healthz`)), 200);
  }
});

Deno.test("PasteServer.drain() ends reading", async () => {
  const { test, plain } = await restored();
  await using _ = test;
  test.server.openForReading();
  await (await answered(test, `/${plain}`, 200)).text();
  await test.server.drain();
  test.server.openForReading();
  assert((await Deno.stat(test.config.databasePath)).size > 0);
});

Deno.test("ReadingPhase.close() waits for the reads in flight, and opening again waits for it", async () => {
  const { test } = await restored();
  await using _ = test;
  const clock = new ManualClock();
  const read = Promise.withResolvers<Response>();
  const phase = new ReadingPhase({
    openStore: () => ReadOnlyStore.open(test.config.databasePath, { clock, cacheBytes: 0, codec: inlineCodec }),
    createApp: () => Promise.resolve(new Hono().get("/", () => read.promise)),
    clock,
  });
  const request = new Request("http://x/");
  phase.open();
  await turns();
  const answer = phase.answer(request, {});
  let closed = 0;
  const closing = phase.close().then(() => closed++);
  phase.open();
  await turns();
  assertEquals([closed, phase.answer(request, {})], [0, null]);
  assert(openFiles().includes(test.config.databasePath));
  read.resolve(new Response("late"));
  assertEquals(await (await answer)?.text(), "late");
  await closing;
  await turns();
  assert(phase.answer(request, {}) !== null);
  await phase.close();
  assertFalse(openFiles().includes(test.config.databasePath));
});
