import { assertEquals, assertThrows } from "@std/assert";
import { PasteError } from "../../server/errors.ts";
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

Deno.test("STORED_BYTES_SQL counts bytes, not characters, of blobs and of LogPaste's texts", async () => {
  await using test = await TestStore.open();
  const count = async (): Promise<unknown> => (await test.database.query(STORED_BYTES_SQL))[0]?.["bytes"];
  assertEquals(await count(), 0);
  await test.store.put({ bytes: NASTY_BYTES, name: "n" });
  await test.database.run("INSERT INTO entries (id, contents) VALUES ('logpaste', 'é' || char(0) || 'b')");
  assertEquals(await count(), NASTY_BYTES.byteLength + 4);
});

Deno.test("the store counts what it holds, whatever it refuses", async () => {
  const quota = new StorageQuota(20, 0);
  let full = false;
  await using test = await TestStore.open({ quota, committed: () => {}, randomId: () => full ? "fixed00" : "other00" });
  await test.store.put({ bytes: bytesOf("12345678"), name: null });
  assertEquals(quota.usedBytes, 8);
  full = true;
  await test.store.put({ bytes: bytesOf("1234"), name: null });
  assertEquals(quota.usedBytes, 12);
  const clash = await test.store.put({ bytes: bytesOf("1234"), name: null }).catch((error: unknown) => error);
  assertEquals([clash instanceof PasteError && clash.code, quota.usedBytes], ["internal", 12]);
  assertThrows(
    () => void test.store.put({ bytes: bytesOf("123456789"), name: null }),
    PasteError,
    "all pastes together",
  );
  assertEquals([quota.usedBytes, await test.count()], [12, 2]);
});

Deno.test("the store takes no more than the bound when many pastes arrive at once", async () => {
  const quota = new StorageQuota(50, 0);
  await using test = await TestStore.open({ quota });
  const sent = await Promise.allSettled(
    Array.from({ length: 100 }, async () => await test.store.put({ bytes: bytesOf("12345"), name: null })),
  );
  assertEquals(sent.filter(({ status }) => status === "fulfilled").length, 10);
  assertEquals([quota.usedBytes, await test.count()], [50, 10]);
});

Deno.test("the store counts a paste that is stored though it did not become durable in time", async () => {
  const quota = new StorageQuota(50, 0);
  await using test = await TestStore.open({
    quota,
    durable: () => Promise.reject(new PasteError("not-yet-durable", "x")),
  });
  await test.store.put({ bytes: bytesOf("12345"), name: null }).catch(() => {});
  assertEquals([quota.usedBytes, await test.count()], [5, 1]);
});
