/**
 * What every object store promises of streams.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { seededRandom } from "../support/random.ts";
import { keysOf, pieces, readAll, readText, sha256, text } from "./stored_content.ts";

/** Defines one test: what is promised, and how it is shown with an empty store. */
export type DefineTest = (promise: string, body: (store: ObjectStore) => Promise<void>) => void;

const MEBIBYTE = 1024 * 1024;

/**
 * Defines the tests of `putStream`.
 *
 * @param test Defines one of them.
 */
export function testPutStream(test: DefineTest): void {
  test("putStream() writes and overwrites", async (store) => {
    await store.putStream("snapshots/0", pieces(), { sizeBoundBytes: 0 });
    assertEquals((await readAll(store, "snapshots/0")).length, 0);
    await store.putStream("snapshots/0", pieces(text("one "), new Uint8Array(0), text("two")), { sizeBoundBytes: 7 });
    assertEquals(await readText(store, "snapshots/0"), "one two");
    assertEquals(await store.create("snapshots/0", text("three")), "exists");
  });

  test("putStream() writes more than two parts byte for byte", async (store) => {
    const block = seededRandom(9).bytes(MEBIBYTE + 13);
    const count = 18;
    const source = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
      for (let index = 0; index < count; index++) yield await Promise.resolve(block);
    };
    await store.putStream("snapshots/big", source(), { sizeBoundBytes: count * block.length });
    const whole = new Uint8Array(count * block.length);
    for (let index = 0; index < count; index++) whole.set(block, index * block.length);
    const stored = await readAll(store, "snapshots/big");
    assertEquals(stored.length, whole.length);
    assertEquals(await sha256(stored), await sha256(whole));
  });

  for (const mebibytes of [1, 20]) {
    test(`putStream() leaves nothing visible when its source fails after ${mebibytes} MiB`, async (store) => {
      const source = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
        for (let index = 0; index < mebibytes; index++) yield await Promise.resolve(new Uint8Array(MEBIBYTE));
        throw new RangeError("the source has failed");
      };
      await assertRejects(
        () => store.putStream("snapshots/bad", source(), { sizeBoundBytes: 64 * MEBIBYTE }),
        RangeError,
        "the source has failed",
      );
      assertEquals(await keysOf(store, ""), []);
    });
  }

  test("putStream() gives up when the signal fires between chunks", async (store) => {
    const controller = new AbortController();
    const source = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
      for (let index = 0; index < 40; index++) {
        if (index === 25) controller.abort(new Error("given up"));
        yield await Promise.resolve(new Uint8Array(MEBIBYTE));
      }
    };
    const options = { sizeBoundBytes: 40 * MEBIBYTE, signal: controller.signal };
    await assertRejects(() => store.putStream("snapshots/x", source(), options), Error, "given up");
    assertEquals(await keysOf(store, ""), []);
  });
}
