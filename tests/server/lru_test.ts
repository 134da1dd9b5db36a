import { assert, assertEquals } from "@std/assert";
import { LruCache } from "../../server/lru.ts";
import { withRandom } from "../support/random.ts";

Deno.test("LruCache forgets what was not used for longest when its budget is spent", () => {
  const cache = new LruCache<number>(10);
  for (const [i, key] of ["a", "b", "c"].entries()) cache.set(key, i, 3);
  assertEquals(cache.get("a"), 0);
  cache.set("d", 3, 4);
  assertEquals(["a", "b", "c", "d"].map((key) => cache.get(key)), [0, undefined, 2, 3]);
  assertEquals(cache.bytes, 10);
});

Deno.test("LruCache replaces, deletes, and keeps nothing that is larger than all of it", () => {
  const cache = new LruCache<number>(10);
  cache.set("a", 1, 3);
  cache.set("a", 2, 5);
  assertEquals([cache.get("a"), cache.bytes], [2, 5]);
  cache.set("a", 3, 11);
  assertEquals([cache.get("a"), cache.bytes], [undefined, 0]);
  cache.delete("a");
  assertEquals(cache.bytes, 0);
  new LruCache<number>(0).set("a", 1, 1);
});

Deno.test("LruCache never holds more than its budget, and never another key's value", () =>
  withRandom((random) => {
    const cache = new LruCache<string>(100);
    for (let i = 0; i < 20_000; i++) {
      const key = `k${random.integer(0, 30)}`;
      const found = cache.get(key);
      assert(found === undefined || found === key);
      if (random.next() < 0.6) cache.set(key, key, random.integer(0, 40));
      else if (random.next() < 0.3) cache.delete(key);
      assert(cache.bytes >= 0 && cache.bytes <= 100);
    }
  }));
