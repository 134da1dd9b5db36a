import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { PasteError } from "../../server/errors.ts";
import type { NewPaste } from "../../server/paste.ts";
import { StorageQuota, STORED_BYTES_SQL } from "../../server/storage_quota.ts";
import { bytesOf, NASTY_BYTES, TestStore } from "./support.ts";

Deno.test("StorageQuota.added() takes what fits exactly, and throws quota-exceeded for one byte more", () => {
  const quota = new StorageQuota(10, 4);
  quota.added(6);
  const error = assertThrows(() => quota.added(1), PasteError);
  assertEquals([error.code, error.status, quota.usedBytes], ["quota-exceeded", 507, 10]);
  assertEquals(
    error.message,
    "Cannot store the paste as all pastes together may take 10 bytes (10 B): " +
      "delete some, let them expire, or ask the operator for room",
  );
});

Deno.test("StorageQuota.removed() makes room", () => {
  const quota = new StorageQuota(10, 10);
  quota.removed(3);
  quota.added(3);
  assertThrows(() => quota.added(1), PasteError);
});

Deno.test("StorageQuota takes anything when there is no bound", () => {
  const quota = new StorageQuota(null, 0);
  quota.added(Number.MAX_SAFE_INTEGER);
  quota.added(1);
});

function paste(text: string, options: Partial<NewPaste> = {}): NewPaste {
  return { bytes: bytesOf(text), name: null, expiresInMs: null, burn: false, ...options };
}

Deno.test("StorageQuota.restored() counts beyond the bound too: what was there before has its room", () => {
  const quota = new StorageQuota(10, 10);
  quota.restored(3);
  assertEquals(quota.usedBytes, 13);
});

Deno.test("STORED_BYTES_SQL counts bytes, not characters, of blobs and of LogPaste's texts", async () => {
  await using test = await TestStore.open();
  const count = (): unknown => test.database.query(STORED_BYTES_SQL)[0]?.[0];
  assertEquals(count(), 0);
  await test.store.put(paste("", { bytes: NASTY_BYTES, name: "n" }));
  test.database.query("INSERT INTO entries (id, contents) VALUES ('logpaste', 'é' || char(0) || 'b')");
  assertEquals(count(), NASTY_BYTES.byteLength + 4);
});

Deno.test("the store counts what it holds, whatever it refuses", async () => {
  const quota = new StorageQuota(20, 0);
  let full = false;
  await using test = await TestStore.open({ quota, committed: () => {}, randomId: () => full ? "fixed0" : "other0" });
  await test.store.put(paste("12345678"));
  assertEquals(quota.usedBytes, 8);
  full = true;
  await test.store.put(paste("1234"));
  assertEquals(quota.usedBytes, 12);
  const clash = await assertRejects(() => test.store.put(paste("1234")), PasteError);
  assertEquals([clash.code, quota.usedBytes], ["internal", 12]);
  await assertRejects(() => test.store.put(paste("123456789")), PasteError, "all pastes together");
  assertEquals([quota.usedBytes, test.count()], [12, 2]);
});

Deno.test("the store counts what it keeps of a paste, which may be less than what came", async () => {
  const quota = new StorageQuota(10_000, 0);
  await using test = await TestStore.open({ quota });
  await test.store.put(paste("all the same ".repeat(5000)));
  assertEquals(quota.usedBytes, Number(test.database.query(STORED_BYTES_SQL)[0]?.[0]));
});

Deno.test("the store takes no more than the bound when many pastes arrive at once", async () => {
  const quota = new StorageQuota(50, 0);
  await using test = await TestStore.open({ quota });
  const sent = await Promise.allSettled(Array.from({ length: 100 }, () => test.store.put(paste("12345"))));
  assertEquals(sent.filter(({ status }) => status === "fulfilled").length, 10);
  assertEquals([quota.usedBytes, test.count()], [50, 10]);
});

Deno.test("the store counts a paste that is stored though it did not become durable in time", async () => {
  const quota = new StorageQuota(50, 0);
  const durable = (): Promise<void> => Promise.reject(new PasteError("not-yet-durable", "x"));
  await using test = await TestStore.open({ quota, durable });
  await assertRejects(() => test.store.put(paste("12345")), PasteError);
  assertEquals([quota.usedBytes, test.count()], [5, 1]);
});

Deno.test("the store has room again for what was deleted, read once, or has expired", async () => {
  const quota = new StorageQuota(10, 0);
  await using test = await TestStore.open({ quota });
  const { id, deleteToken } = await test.store.put(paste("0123456789"));
  assertEquals(await test.store.delete(id, "another"), "forbidden");
  assertEquals(quota.usedBytes, 10);
  assertEquals(await test.store.delete(id, deleteToken), "deleted");
  assertEquals(quota.usedBytes, 0);
  const burned = await test.store.put(paste("0123456789", { burn: true }));
  await test.store.take(burned.id);
  assertEquals([quota.usedBytes, await test.store.take(burned.id)], [0, null]);
  await test.store.put(paste("01234", { expiresInMs: 60_000 }));
  await test.store.put(paste("5678", { expiresInMs: 60_000 }));
  test.clock.advance(61_000);
  assertEquals([await test.store.sweep(), quota.usedBytes, test.count()], [2, 0, 0]);
});

Deno.test("the store gives back no room before the commit that frees it", async () => {
  const quota = new StorageQuota(10, 0);
  await using test = await TestStore.open({ quota });
  const { id, deleteToken } = await test.store.put(paste("0123456789"));
  test.store.hold();
  const deleted = test.store.delete(id, deleteToken);
  await assertRejects(() => test.store.put(paste("a")), PasteError, "all pastes together");
  test.store.release();
  assertEquals([await deleted, quota.usedBytes], ["deleted", 0]);
});

Deno.test("a paste that is put back, as its deletion did not become durable, counts again", async () => {
  const quota = new StorageQuota(10, 0);
  let isDurable = true;
  const durable = (): Promise<void> => isDurable ? Promise.resolve() : Promise.reject(new PasteError("fenced", "x"));
  await using test = await TestStore.open({ quota, durable });
  const { id } = await test.store.put(paste("0123456789", { burn: true }));
  isDurable = false;
  await assertRejects(() => test.store.take(id), PasteError);
  assertEquals([quota.usedBytes, test.count()], [10, 1]);
});
