/** The ends that a paste can come to: its time, its first reader, its owner. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { PasteError } from "../../server/errors.ts";
import type { SqlitePasteStore } from "../../server/sqlite_paste_store.ts";
import { seededRandom } from "../support/random.ts";
import { bytesOf, TestStore, turns } from "./support.ts";

const MINUTE_MS = 60_000;

interface PutOptions {
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly expiresInMs?: number | null;
  readonly burn?: boolean;
}

async function put(store: SqlitePasteStore, options: PutOptions = {}): Promise<string> {
  const { bytes = bytesOf("a"), expiresInMs = null, burn = false } = options;
  return (await store.put({ bytes, name: null, expiresInMs, burn })).id;
}

Deno.test("SqlitePasteStore compresses what shrinks, and keeps small pastes and noise as they are", async () => {
  await using opened = await TestStore.open();
  const cases = [
    { bytes: seededRandom(1).text(2047), coding: null },
    { bytes: seededRandom(1).text(2048), coding: "zstd" },
    { bytes: seededRandom(1).text(1_000_000), coding: "zstd" },
    { bytes: seededRandom(1).bytes(100_000), coding: null },
  ] as const;
  for (const { bytes, coding } of cases) {
    const id = await put(opened.store, { bytes });
    const paste = await opened.store.get(id);
    assertEquals([paste?.stored.coding, paste?.facts.size], [coding, bytes.byteLength]);
    assertEquals(await paste?.plain(), bytes);
    const [row] = opened.database.query("SELECT octet_length(contents), plain_size FROM entries WHERE id = ?", [id]);
    assertEquals(row?.[1], coding === null ? null : bytes.byteLength);
    if (coding !== null) assert(Number(row?.[0]) < bytes.byteLength / 2);
  }
});

Deno.test("SqlitePasteStore stores a paste as it is when nobody can compress it", async () => {
  const codec = { run: () => Promise.reject(new Error("the thread has died")) };
  await using opened = await TestStore.open({ codec });
  const bytes = seededRandom(1).text(10_000);
  const paste = await opened.store.get(await put(opened.store, { bytes }));
  assertEquals([paste?.stored.coding, paste?.stored.bytes], [null, bytes]);
});

Deno.test("SqlitePasteStore.get() serves hot pastes from memory, within the budget", async () => {
  await using opened = await TestStore.open({ cacheBytes: 5_000 });
  const [small, large] = [await put(opened.store), await put(opened.store, { bytes: seededRandom(1).bytes(4_500) })];
  for (const id of [small, large]) await opened.store.get(id);
  opened.database.query("DELETE FROM entries");
  assertEquals((await opened.store.get(small))?.facts.id, small);
  assertEquals(await opened.store.get(large), null);
});

Deno.test("SqlitePasteStore.get() finds a paste that came after somebody had asked for its id", async () => {
  await using opened = await TestStore.open();
  assertEquals(await opened.store.get("00MTY0000000"), null);
  assertEquals(await put(opened.store), "00MTY0000000");
  assert(await opened.store.get("00MTY0000000"));
});

Deno.test("SqlitePasteStore.get() has an expired paste no longer, whether it was hot or not", async () => {
  await using opened = await TestStore.open();
  const [hot, cold] = [
    await put(opened.store, { expiresInMs: MINUTE_MS }),
    await put(opened.store, { expiresInMs: MINUTE_MS }),
  ];
  opened.clock.advance(MINUTE_MS - 1);
  assertEquals((await opened.store.get(hot))?.facts.expiresAt, Date.UTC(2026, 0, 2, 0, 1));
  opened.clock.advance(1);
  assertEquals([await opened.store.get(hot), await opened.store.get(cold), opened.count()], [null, null, 2]);
});

Deno.test("SqlitePasteStore.sweep() deletes what has expired, batch by batch, each one commit, and nothing else", async () => {
  await using opened = await TestStore.open();
  const kept = [await put(opened.store), await put(opened.store, { expiresInMs: MINUTE_MS + 1000 })];
  await Promise.all(Array.from({ length: 150 }, () => put(opened.store, { expiresInMs: MINUTE_MS })));
  opened.clock.advance(MINUTE_MS);
  const before = opened.commits;
  const batches: number[] = [];
  for (let count = await opened.store.sweep(); count > 0; count = await opened.store.sweep()) batches.push(count);
  assertEquals([batches, opened.commits - before, opened.count()], [[64, 64, 22], 3, 2]);
  for (const id of kept) assert(await opened.store.get(id));
});

Deno.test("SqlitePasteStore.sweep() bounds a batch by bytes too, and commits nothing when nothing has expired", async () => {
  await using opened = await TestStore.open();
  for (let i = 0; i < 3; i++) {
    await put(opened.store, {
      bytes: new Uint8Array(5_000_000).fill(65).map((_, j) => (j * j >> 3) % 251 ^ j),
      expiresInMs: MINUTE_MS,
    });
  }
  opened.database.query("UPDATE entries SET coding = NULL, plain_size = NULL, contents = zeroblob(5000000)");
  const before = opened.commits;
  assertEquals([await opened.store.sweep(), opened.commits], [0, before]);
  opened.clock.advance(MINUTE_MS);
  assertEquals([await opened.store.sweep(), await opened.store.sweep(), await opened.store.sweep()], [1, 1, 1]);
});

Deno.test("SqlitePasteStore waits with deletions while it is held", async () => {
  await using opened = await TestStore.open();
  const [owned, once] = [await put(opened.store), await put(opened.store, { burn: true })];
  await put(opened.store, { expiresInMs: MINUTE_MS });
  opened.clock.advance(MINUTE_MS);
  opened.store.hold();
  const done = Promise.all([opened.store.delete(owned, "token0"), opened.store.take(once), opened.store.sweep()]);
  assertEquals(opened.count(), 3);
  opened.store.release();
  const [deleted, taken, swept] = await done;
  assertEquals([deleted, taken?.facts.id, swept, opened.count()], ["deleted", once, 1, 0]);
});

Deno.test("SqlitePasteStore.delete() waits for durability, and the paste is out of memory at once", async () => {
  const gates: PromiseWithResolvers<void>[] = [];
  const durable = (): Promise<void> => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise;
  };
  await using opened = await TestStore.open({ durable });
  const created = put(opened.store);
  await opened.store.idle();
  gates[0]?.resolve();
  const id = await created;
  await opened.store.get(id);
  let isAnswered = false;
  const deleted = opened.store.delete(id, "token0").finally(() => isAnswered = true);
  await opened.store.idle();
  assertEquals([await opened.store.get(id), isAnswered], [null, false]);
  gates[1]?.resolve();
  assertEquals(await deleted, "deleted");
});

Deno.test("SqlitePasteStore.take() gives a paste to exactly one of many, and never one that stays", async () => {
  await using opened = await TestStore.open();
  const [once, stays] = [await put(opened.store, { burn: true }), await put(opened.store)];
  const takers = await Promise.all(Array.from({ length: 64 }, () => opened.store.take(once)));
  assertEquals(takers.filter((paste) => paste !== null).length, 1);
  assertEquals([await opened.store.take(stays), opened.count()], [null, 1]);
});

Deno.test("SqlitePasteStore.take() hands a paste out only when its removal is durable", async () => {
  const gate = Promise.withResolvers<void>();
  let waits = 0;
  await using opened = await TestStore.open({ durable: () => ++waits === 1 ? Promise.resolve() : gate.promise });
  const id = await put(opened.store, { burn: true });
  let isTaken = false;
  const taken = opened.store.take(id).finally(() => isTaken = true);
  await opened.store.idle();
  await turns();
  assertEquals([opened.count(), waits, isTaken], [0, 2, false]);
  gate.resolve();
  assertEquals((await taken)?.facts.id, id);
});

Deno.test("SqlitePasteStore.take() puts a paste back when its removal does not become durable, token and all", async () => {
  let isBucketThere = false;
  const failure = new PasteError("not-yet-durable", "later");
  const durable = (): Promise<void> => isBucketThere ? Promise.resolve() : Promise.reject(failure);
  await using opened = await TestStore.open({ durable });
  const bytes = seededRandom(1).text(5_000);
  await assertRejects(() => put(opened.store, { bytes, burn: true, expiresInMs: MINUTE_MS }), PasteError);
  const before = opened.database.query("SELECT * FROM entries");
  const id = String(before[0]?.[0]);
  const error = await assertRejects(() => opened.store.take(id), PasteError);
  assertEquals(error.code, "not-yet-durable");
  assertEquals(opened.database.query("SELECT * FROM entries"), before);
  isBucketThere = true;
  assertEquals(await (await opened.store.take(id))?.plain(), bytes);
  assertEquals([await opened.store.take(id), opened.count()], [null, 0]);
});
