/**
 * What every object store promises, as tests that each implementation runs.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { seededRandom } from "../support/random.ts";
import { type DefineTest, testPutStream } from "./put_stream_contract.ts";
import { keysOf, pieces, readAll, readText, text } from "./stored_content.ts";

/** A store that was opened for one test, empty as far as the test can see. */
export interface OpenStore extends AsyncDisposable {
  /** The store. */
  readonly store: ObjectStore;
}

/** Options of {@linkcode testObjectStoreContract}. */
export interface ContractOptions {
  /** Whether the tests are left out, visibly. Default: false. */
  readonly ignore?: boolean;
  /** How many objects the test of mass deletion makes: more than a batch of 1,000, or fewer on a slow server. */
  readonly manyObjects?: number;
  /** Whether replies may be lost: `create` may then say "exists" of the very object that it has created. */
  readonly losesReplies?: boolean;
}

const MEBIBYTE = 1024 * 1024;
/** How many objects of many are created at once. */
const CREATES_IN_FLIGHT = 16;

/** Keys that are easily spoiled on their way through URLs, XML and signatures. */
const ODD_KEYS = [
  "odd/ space",
  "odd/!*'()",
  "odd/%41",
  "odd/%zz",
  'odd/&amp;<x>"',
  "odd/a=b?c#d",
  "odd/a b+c",
  "odd/ü-é-語-😀",
  "odd/~tilde_.-",
];

/**
 * Defines the tests.
 *
 * @param name The implementation.
 * @param openStore Opens a store for one test.
 * @param options What to leave out.
 */
export function testObjectStoreContract(
  name: string,
  openStore: () => Promise<OpenStore>,
  options: ContractOptions = {},
): void {
  const { ignore = false, manyObjects = 1005, losesReplies = false } = options;
  const test: DefineTest = (promise, body) => {
    Deno.test({
      name: `${name}: ${promise}`,
      ignore,
      fn: async () => {
        await using opened = await openStore();
        await body(opened.store);
      },
    });
  };

  test("create() answers created, then exists, and keeps the first content", async (store) => {
    const outcome = await store.create("chain/00000000", text("first"));
    if (!losesReplies) assertEquals(outcome, "created");
    assertEquals(await store.create("chain/00000000", text("second")), "exists");
    assertEquals(await readText(store, "chain/00000000"), "first");
  });

  test("create() keeps an empty object", async (store) => {
    await store.create("empty", new Uint8Array(0));
    assertEquals((await readAll(store, "empty")).length, 0);
    assertEquals((await keysOf(store, ""))[0], "empty");
  });

  test("create() lets exactly one of twenty win", async (store) => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.create("wal/race", text(`writer ${index}`))),
    );
    const content = await readText(store, "wal/race");
    const winners = outcomes.flatMap((outcome, index) => outcome === "created" ? [`writer ${index}`] : []);
    if (losesReplies && winners.length === 0) assert(/^writer \d+$/.test(content));
    else assertEquals(winners, [content]);
  });

  test("list() gives keys, sizes and times in the order of bytes", async (store) => {
    // "." sorts before "/", which sorts before "0"; U+FFFD before U+1F600, unlike in UTF-16.
    const sorted = ["a.b", "a/b", "a0", "b/a-c", "b/a/c", "b/\ufffd", "b/\u{1f600}"];
    const before = Date.now() - 120_000;
    for (const key of sorted.toReversed()) await store.create(key, text(key));
    const infos = await Array.fromAsync(store.list(""));
    assertEquals(infos.map(({ key }) => key), sorted);
    for (const { key, size, modifiedAtMs } of infos) {
      assertEquals(size, text(key).length);
      assert(modifiedAtMs > before && modifiedAtMs < Date.now() + 120_000);
    }
  });

  test("list() keeps to a prefix, which may end within a name", async (store) => {
    for (const key of ["wal/00_1", "wal/00_2", "wal/01_1", "wal-x", "snapshots/00"]) await store.create(key, text("x"));
    assertEquals(await keysOf(store, "wal/00_"), ["wal/00_1", "wal/00_2"]);
    assertEquals(await keysOf(store, "wal/"), ["wal/00_1", "wal/00_2", "wal/01_1"]);
    assertEquals(await keysOf(store, "wal"), ["wal-x", "wal/00_1", "wal/00_2", "wal/01_1"]);
    assertEquals(await keysOf(store, "none/"), []);
    assertEquals(await keysOf(store, "snapshots/00/deeper"), []);
  });

  test("list() gives nothing when there is nothing", async (store) => {
    assertEquals(await keysOf(store, ""), []);
  });

  test("every method copes with odd keys", async (store) => {
    for (const key of ODD_KEYS) await store.create(key, text(`content of ${key}`));
    assertEquals(await keysOf(store, "odd/"), ODD_KEYS.toSorted());
    for (const key of ODD_KEYS) {
      assertEquals(await readText(store, key), `content of ${key}`);
      assertEquals(await keysOf(store, key), [key]);
    }
    await store.putStream("odd/a b+c", pieces(text("new")), { sizeBoundBytes: 3 });
    assertEquals(await readText(store, "odd/a b+c"), "new");
    await store.delete(ODD_KEYS);
    assertEquals(await keysOf(store, ""), []);
  });

  test("read() begins at the offset", async (store) => {
    const bytes = seededRandom(7).bytes(300_000);
    await store.create("object", bytes);
    assertEquals(await readAll(store, "object"), bytes);
    for (const offset of [1, 65_536, 299_999]) {
      assertEquals(await readAll(store, "object", offset), bytes.subarray(offset));
    }
    assertEquals((await readAll(store, "object", 300_000)).length, 0);
    assertEquals((await readAll(store, "object", 400_000)).length, 0);
  });

  test("read() lets go when it is cancelled", async (store) => {
    await store.create("object", seededRandom(8).bytes(MEBIBYTE));
    const reader = (await store.read("object")).getReader();
    assert(((await reader.read()).value?.length ?? 0) > 0);
    await reader.cancel();
  });

  test("read() throws object-missing when there is none", async (store) => {
    for (const offset of [0, 5]) {
      const error = await assertRejects(() => store.read("none/at/all", { offset }), ReplicateError);
      assertEquals(error.code, "object-missing");
      assert(error.message.includes('"none/at/all"'));
    }
  });

  testPutStream(test);

  test("delete() deletes what it is told, and nothing else", async (store) => {
    for (const key of ["a/1", "a/2", "a/3", "b/1"]) await store.create(key, text(key));
    await store.delete([]);
    await store.delete(["a/1"]);
    await store.delete(["a/2", "a/missing", "missing/too", "a/3"]);
    await store.delete(["a/1"]);
    assertEquals(await keysOf(store, ""), ["b/1"]);
    // What was deleted can be created again.
    const outcome = await store.create("a/1", text("again"));
    if (!losesReplies) assertEquals(outcome, "created");
    assertEquals(await readText(store, "a/1"), "again");
  });

  test(`delete() deletes ${manyObjects} objects, and list() gives all of them before`, async (store) => {
    const keys = Array.from({ length: manyObjects }, (_, index) => `many/${String(index).padStart(6, "0")}`);
    const queue = keys.values();
    await Promise.all(Array.from({ length: CREATES_IN_FLIGHT }, async () => {
      for (const key of queue) await store.create(key, text(key));
    }));
    assertEquals(await keysOf(store, "many/"), keys);
    await store.delete(keys);
    assertEquals(await keysOf(store, "many/"), []);
  });

  test("every method gives up with the signal's reason", async (store) => {
    await store.create("object", text("x"));
    const reason = new Error("given up");
    const signal = AbortSignal.abort(reason);
    const attempts: readonly (() => Promise<unknown>)[] = [
      () => Array.fromAsync(store.list("", { signal })),
      () => store.read("object", { signal }),
      () => store.create("other", text("x"), { signal }),
      () => store.putStream("other", pieces(text("x")), { sizeBoundBytes: 1, signal }),
      () => store.delete(["object"], { signal }),
    ];
    for (const attempt of attempts) {
      assertEquals(await assertRejects(attempt), reason);
    }
    assertEquals(await keysOf(store, ""), ["object"]);
  });
}
