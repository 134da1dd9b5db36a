import { assertEquals, assertRejects } from "@std/assert";
import { PasteError } from "../../server/errors.ts";
import type { NewPaste } from "../../server/paste.ts";
import { openSqlite } from "../support/sqlite.ts";
import type { SqlitePasteStore } from "../../server/sqlite_paste_store.ts";
import { bytesOf, ManualSchedule, NASTY_BYTES, TestStore, turns } from "./support.ts";

function paste(bytes: Uint8Array<ArrayBuffer>, name: string | null = null): NewPaste {
  return { bytes, name, expiresInMs: null, burn: false };
}

function sized(bytes: number): NewPaste {
  return paste(Uint8Array.from({ length: bytes }, (_, i) => (i * i * 31 ^ i >> 3) % 251));
}

async function put(store: SqlitePasteStore, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return (await store.put(paste(bytes))).id;
}

async function bytesIn(store: SqlitePasteStore, id: string): Promise<Uint8Array | undefined> {
  return await (await store.get(id))?.plain();
}

async function codes(results: Promise<PromiseSettledResult<unknown>[]>): Promise<string[]> {
  return (await results).map((result) => {
    if (result.status === "fulfilled") return "stored";
    return result.reason instanceof PasteError ? result.reason.code : String(result.reason);
  });
}

Deno.test("SqlitePasteStore.put() and get() return the same bytes and name", async () => {
  await using opened = await TestStore.open();
  for (const bytes of [NASTY_BYTES, bytesOf("a"), new Uint8Array(3_000_000).fill(7), NASTY_BYTES.subarray(3, 9)]) {
    const { id } = await opened.store.put(paste(bytes, "ü.log"));
    assertEquals(await bytesIn(opened.store, id), Uint8Array.from(bytes));
    const facts = (await opened.store.get(id))?.facts;
    const createdAt = Date.UTC(2026, 0, 2);
    assertEquals(facts, { id, name: "ü.log", createdAt, expiresAt: null, burn: false, size: bytes.byteLength });
  }
});

Deno.test("SqlitePasteStore.put() stores a blob with its time, under an id that begins with it", async () => {
  await using opened = await TestStore.open();
  const id = await put(opened.store, bytesOf("a"));
  assertEquals(id, "00MTY0000000");
  const [row] = opened.database.query("SELECT id, creation_time, typeof(contents), name FROM entries");
  assertEquals([row?.[0], row?.[1], row?.[2], row?.[3]], [id, "2026-01-02T00:00:00Z", "blob", null]);
});

Deno.test("SqlitePasteStore.get() returns null when there is no such paste", async () => {
  await using opened = await TestStore.open();
  assertEquals(await opened.store.get("000000000000"), null);
});

Deno.test("SqlitePasteStore.get() returns the bytes of LogPaste's text, NUL and invalid UTF-8 included", async () => {
  await using opened = await TestStore.open();
  opened.database.query("INSERT INTO entries (id, contents) VALUES ('aB3dE6gH', CAST(? AS TEXT))", [NASTY_BYTES]);
  assertEquals(opened.database.query("SELECT typeof(contents) FROM entries")[0]?.[0], "text");
  assertEquals(await bytesIn(opened.store, "aB3dE6gH"), NASTY_BYTES);
  assertEquals((await opened.store.get("aB3dE6gH"))?.facts.createdAt, null);
});

Deno.test("SqlitePasteStore.put() commits together what arrives together", async () => {
  await using opened = await TestStore.open();
  const ids = await Promise.all(Array.from({ length: 100 }, (_, i) => put(opened.store, bytesOf(`paste ${i}`))));
  assertEquals([opened.commits, new Set(ids).size, opened.count()], [1, 100, 100]);
  for (const [i, id] of ids.entries()) assertEquals(await bytesIn(opened.store, id), bytesOf(`paste ${i}`));
});

Deno.test("SqlitePasteStore.put() bounds a commit by pastes and bytes", async () => {
  await using opened = await TestStore.open();
  await Promise.all(Array.from({ length: 300 }, () => opened.store.put(sized(1))));
  assertEquals(opened.commits, 2);
  await Promise.all(Array.from({ length: 3 }, () => opened.store.put(sized(4_000_000))));
  assertEquals(opened.commits, 4);
});

Deno.test("SqlitePasteStore.put() takes fresh randomness when ids clash, and stores the whole group", async () => {
  const random = ["aaaaaa", "aaaaaa", "bbbbbb", "aaaaaa", "aaaaaa", "cccccc", "dddddd"];
  await using opened = await TestStore.open({ randomId: () => random.shift() ?? "zzzzzz" });
  const ids = await Promise.all([put(opened.store, bytesOf("1")), put(opened.store, bytesOf("2"))]);
  assertEquals(ids, ["00MTY0bbbbbb", "00MTY0aaaaaa"]);
  assertEquals(await put(opened.store, bytesOf("3")), "00MTY0cccccc");
  assertEquals(await bytesIn(opened.store, "00MTY0aaaaaa"), bytesOf("2"));
});

Deno.test("SqlitePasteStore.put() throws internal when every id clashes", async () => {
  await using opened = await TestStore.open({ randomId: () => "aaaaaa" });
  await opened.store.put(paste(bytesOf("1")));
  const error = await assertRejects(() => opened.store.put(paste(bytesOf("2"))), PasteError);
  assertEquals([error.code, error.status], ["internal", 500]);
});

Deno.test("SqlitePasteStore.put() refuses exactly the pastes that do not fit when the disk is full", async () => {
  await using opened = await TestStore.open();
  opened.database.query("PRAGMA max_page_count = 24");
  const results = Promise.allSettled([100, 200_000, 200, 300_000, 300].map((size) => opened.store.put(sized(size))));
  assertEquals(await codes(results), ["stored", "storage-full", "stored", "storage-full", "stored"]);
  assertEquals(opened.count(), 3);
});

Deno.test("SqlitePasteStore.put() waits without blocking while another process has the lock, and refuses after 5 s", async () => {
  await using opened = await TestStore.open();
  opened.database.limitWait(0);
  using other = openSqlite(opened.folder.file("store.db"));
  other.exec("BEGIN IMMEDIATE");
  const refused = Promise.allSettled([opened.store.put(sized(1)), opened.store.put(sized(2))]);
  for (let ms = 0; ms <= 5_000; ms += 50) {
    await turns(3);
    opened.clock.advance(50);
  }
  assertEquals(await codes(refused), ["database-busy", "database-busy"]);
  const waiting = put(opened.store, bytesOf("1"));
  await turns();
  opened.store.hold(); // while held, it must not even ask for the lock
  other.exec("ROLLBACK");
  opened.clock.advance(50);
  await turns();
  assertEquals(opened.count(), 0);
  opened.store.release();
  assertEquals(await bytesIn(opened.store, await waiting), bytesOf("1"));
});

Deno.test("SqlitePasteStore.put() reports the commit in the same turn, then waits for durability once per group", async () => {
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  await using opened = await TestStore.open({
    committed: () => void log.push("committed"),
    durable: () => {
      log.push("durable");
      return gate.promise;
    },
  });
  const results = [1, 2, 3].map((size) => opened.store.put(sized(size)).then(() => log.push("answered")));
  await opened.store.idle();
  assertEquals(log, ["committed", "durable"]);
  gate.resolve();
  await Promise.all(results);
  assertEquals(log, ["committed", "durable", "answered", "answered", "answered"]);
});

Deno.test("SqlitePasteStore.put() rejects when durability does, though the paste is stored", async () => {
  const failure = new PasteError("not-yet-durable", "later");
  await using opened = await TestStore.open({ durable: () => Promise.reject(failure) });
  assertEquals(await codes(Promise.allSettled([opened.store.put(sized(1)), opened.store.put(sized(2))])), [
    "not-yet-durable",
    "not-yet-durable",
  ]);
  assertEquals(opened.count(), 2);
});

Deno.test("SqlitePasteStore.hold() lets nothing be written while reads go on", async () => {
  const manual = new ManualSchedule();
  await using opened = await TestStore.open({ schedule: manual.schedule });
  const first = put(opened.store, bytesOf("1"));
  manual.run();
  const id = await first;
  opened.store.hold();
  const second = opened.store.put(paste(bytesOf("2")));
  manual.run();
  assertEquals(await bytesIn(opened.store, id), bytesOf("1"));
  assertEquals([opened.count(), opened.commits], [1, 1]);
  opened.store.release();
  manual.run();
  await second;
  assertEquals([opened.count(), opened.commits], [2, 2]);
});
