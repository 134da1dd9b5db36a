import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { Mutex } from "../../replicate/mutex.ts";

Deno.test("Mutex.run() runs one operation after the other, in the order in which they came", async () => {
  const mutex = new Mutex();
  const log: string[] = [];
  const operation = (name: string) => async (): Promise<string> => {
    log.push(`${name} begins`);
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    log.push(`${name} ends`);
    return name;
  };
  assertEquals(await Promise.all(["a", "b", "c"].map((name) => mutex.run(operation(name)))), ["a", "b", "c"]);
  assertEquals(log, ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

Deno.test("Mutex.run() goes on after an operation that failed, whose caller alone hears of it", async () => {
  const mutex = new Mutex();
  const failed = mutex.run(() => Promise.reject(new Error("it failed")));
  const thrown = mutex.run(() => {
    throw new Error("it threw");
  });
  const next = mutex.run(() => Promise.resolve("goes on"));
  await assertRejects(() => failed, Error, "it failed");
  await assertRejects(() => thrown, Error, "it threw");
  assertEquals(await next, "goes on");
});

Deno.test("Mutex.isFree tells whether anybody is in it or waits for it", async () => {
  const mutex = new Mutex();
  assert(mutex.isFree);
  const end = Promise.withResolvers<void>();
  const first = mutex.run(() => end.promise);
  const second = mutex.run(() => Promise.reject(new Error("it failed")));
  assertFalse(mutex.isFree);
  end.resolve();
  await first;
  assertFalse(mutex.isFree);
  await assertRejects(() => second, Error, "it failed");
  await Promise.resolve();
  assert(mutex.isFree);
});
