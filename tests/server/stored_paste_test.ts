import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { Codec } from "../../server/codec.ts";
import { StoredPaste } from "../../server/stored_paste.ts";
import { bytesOf } from "./support.ts";

const FACTS = { id: "a", name: null, createdAt: null, expiresAt: null, burn: false, size: 5 };

/** A codec that counts, and fails as often as it is told. */
function countingCodec(failures = 0): Codec & { readonly runs: () => number } {
  let runs = 0;
  return {
    run: () => ++runs > failures ? Promise.resolve({ bytes: bytesOf("hello") }) : Promise.reject(new Error("died")),
    runs: () => runs,
  };
}

Deno.test("StoredPaste.plain() decompresses once, however many ask", async () => {
  const codec = countingCodec();
  const paste = new StoredPaste(FACTS, { bytes: bytesOf("zz"), coding: "zstd" }, codec);
  const [one, two] = await Promise.all([paste.plain(), paste.plain()]);
  assertEquals(one, bytesOf("hello"));
  assertStrictEquals(one, two);
  assertEquals(codec.runs(), 1);
});

Deno.test("StoredPaste.plain() tries again after a failure", async () => {
  const paste = new StoredPaste(FACTS, { bytes: bytesOf("zz"), coding: "zstd" }, countingCodec(1));
  await assertRejects(() => paste.plain(), Error, "died");
  assertEquals(await paste.plain(), bytesOf("hello"));
});

Deno.test("StoredPaste.plain() returns what is stored as it came, and memoryBytes counts both forms and their answers", async () => {
  const codec = countingCodec();
  const bytes = bytesOf("hello");
  const paste = new StoredPaste(FACTS, { bytes, coding: null }, codec);
  assertStrictEquals(await paste.plain(), bytes);
  assertEquals([codec.runs(), paste.memoryBytes], [0, 1029 + 2048]);
  const packed = { bytes: bytesOf("zz"), coding: "zstd" } as const;
  assertEquals(new StoredPaste(FACTS, packed, codec).memoryBytes, 1031 + 2 * 2048);
  assertEquals(new StoredPaste({ ...FACTS, expiresAt: 1 }, packed, codec).memoryBytes, 1031);
});

Deno.test("StoredPaste.adopt() has one array in the place of another, for each form", async () => {
  const codec = countingCodec();
  const [stored, plain] = [bytesOf("zz"), bytesOf("hello")];
  const compressed = new StoredPaste(FACTS, { bytes: bytesOf("zz"), coding: "zstd" }, codec);
  compressed.adopt("stored", stored);
  compressed.adopt("plain", plain);
  assertStrictEquals(compressed.stored.bytes, stored);
  assertStrictEquals(await compressed.plain(), plain);
  const asItCame = new StoredPaste(FACTS, { bytes: bytesOf("hello"), coding: null }, codec);
  asItCame.adopt("plain", plain);
  assertStrictEquals(asItCame.stored.bytes, plain);
  assertStrictEquals(await asItCame.plain(), plain);
  assertEquals([compressed.stored.coding, asItCame.stored.coding, codec.runs()], ["zstd", null, 0]);
});
