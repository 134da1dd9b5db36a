import { assert, assertEquals, assertRejects } from "@std/assert";
import { prefetch, type PrefetchBounds } from "../../replicate/prefetch.ts";
import { withRandom } from "../support/random.ts";

/** Bounds that only the number of results matters to. */
function atMost(parallelism: number): PrefetchBounds<number> {
  return { parallelism, sizeMax: Infinity, sizeOf: () => 1 };
}

/** Fetches that end when the test says so. */
class Fetches {
  readonly #open = new Map<number, PromiseWithResolvers<string>>();
  readonly started: number[] = [];
  readonly fetch = (item: number): Promise<string> => {
    this.started.push(item);
    const fetch = Promise.withResolvers<string>();
    this.#open.set(item, fetch);
    return fetch.promise;
  };

  end(item: number): void {
    this.#open.get(item)?.resolve(`${item}`);
    this.#open.delete(item);
  }

  get underWay(): number[] {
    return [...this.#open.keys()];
  }
}

Deno.test("prefetch() gives the results in the items' order, whichever comes first", async () => {
  await withRandom(async (random) => {
    for (const parallelism of [1, 2, 8, 1000]) {
      const items = Array.from({ length: 100 }, (_, i) => i);
      const fetch = async (item: number): Promise<number> => {
        for (let turns = random.integer(0, 20); turns > 0; turns--) await Promise.resolve();
        return item * 2;
      };
      const results = await Array.fromAsync(prefetch(items, atMost(parallelism), fetch));
      assertEquals(results, items.map((item) => item * 2));
    }
  });
});

Deno.test("prefetch() gives nothing when there is nothing", async () => {
  assertEquals(await Array.fromAsync(prefetch([], atMost(8), () => Promise.resolve(1))), []);
});

Deno.test("prefetch() fetches nothing before it is asked, and then no more than its bound", async () => {
  const fetches = new Fetches();
  const results = prefetch([1, 2, 3, 4, 5], atMost(3), fetches.fetch);
  assertEquals(fetches.started, []);
  const first = results.next();
  assertEquals(fetches.started, [1, 2, 3]);
  fetches.end(3);
  fetches.end(2);
  assertEquals(fetches.started, [1, 2, 3]);
  fetches.end(1);
  assertEquals(await first, { value: "1", done: false });
  assertEquals(fetches.started, [1, 2, 3]);
  assertEquals((await results.next()).value, "2");
  assertEquals(fetches.started, [1, 2, 3, 4]);
  assertEquals((await results.next()).value, "3");
  const fourth = results.next();
  assertEquals(fetches.underWay, [4, 5]);
  for (const item of [4, 5]) fetches.end(item);
  assertEquals([(await fourth).value, (await results.next()).value, (await results.next()).done], ["4", "5", true]);
});

Deno.test("prefetch() never holds more than its bounds, whatever the sizes", async () => {
  await withRandom(async (random) => {
    const sizes = Array.from({ length: 300 }, () => random.integer(0, 60));
    const held = new Set<number>();
    const fetch = (item: number): Promise<number> => {
      held.add(item);
      const size = [...held].reduce((sum, one) => sum + (sizes[one] ?? 0), 0);
      assert(held.size <= 5);
      assert(size <= 100, `${size}`);
      return Promise.resolve(item);
    };
    const bounds = { parallelism: 5, sizeMax: 100, sizeOf: (item: number) => sizes[item] ?? 0 };
    let next = 0;
    for await (const item of prefetch(sizes.keys(), bounds, fetch)) {
      assertEquals(item, next++);
      held.delete(item);
    }
    assertEquals(next, sizes.length);
  });
});

Deno.test("prefetch() fetches what is larger than its bound, alone", async () => {
  const held = new Set<number>();
  const most: number[] = [];
  const fetch = (item: number): Promise<number> => {
    held.add(item);
    most.push(held.size);
    return Promise.resolve(item);
  };
  const bounds = { parallelism: 8, sizeMax: 10, sizeOf: (item: number) => item };
  const results: number[] = [];
  for await (const item of prefetch([3, 3, 99, 3, 3, 3, 3], bounds, fetch)) {
    held.delete(item);
    results.push(item);
  }
  assertEquals(results, [3, 3, 99, 3, 3, 3, 3]);
  assertEquals(most[2], 1);
});

Deno.test("prefetch() lets a failure out in its place, and what is before it", async () => {
  const results: number[] = [];
  const fetch = (item: number): Promise<number> =>
    item >= 3 ? Promise.reject(new Error(`no ${item}`)) : Promise.resolve(item);
  const all = async (): Promise<void> => {
    for await (const item of prefetch([1, 2, 3, 4, 5], atMost(8), fetch)) results.push(item);
  };
  await assertRejects(all, Error, "no 3");
  assertEquals(results, [1, 2]);
});

Deno.test("prefetch() fetches no more when nobody wants more", async () => {
  const fetches = new Fetches();
  for (const item of [1, 2, 3]) queueMicrotask(() => fetches.end(item));
  for await (const result of prefetch([1, 2, 3, 4, 5], atMost(3), fetches.fetch)) {
    assertEquals(result, "1");
    break;
  }
  assertEquals(fetches.started, [1, 2, 3]);
});

Deno.test("prefetch() fetches as much again as was used", async () => {
  const fetches = new Fetches();
  const results = prefetch([1, 2, 3, 4, 5, 6], { parallelism: 8, sizeMax: 100, sizeOf: () => 40 }, fetches.fetch);
  for (const item of [1, 2, 3, 4, 5, 6]) {
    const next = results.next();
    fetches.end(item);
    await next;
    assertEquals(fetches.started.length, Math.min(6, item + 1));
  }
  assertEquals(await results.next(), { value: undefined, done: true });
});

Deno.test("prefetch() keeps a failure that comes early until its turn", async () => {
  const slow = Promise.withResolvers<number>();
  const fetch = (item: number): Promise<number> => item === 1 ? slow.promise : Promise.reject(new Error(`no ${item}`));
  const results = prefetch([1, 2, 3], atMost(3), fetch);
  const first = results.next();
  await new Promise<void>((resolve) => setTimeout(resolve, 0)); // by now an unhandled failure would have been reported
  slow.resolve(10);
  assertEquals(await first, { value: 10, done: false });
  await assertRejects(() => results.next(), Error, "no 2");
});

Deno.test("prefetch() stops what is under way before it ends early", async () => {
  let stopped = 0;
  const fetch = (item: number, stop: AbortSignal): Promise<number> => {
    if (item === 1) return Promise.resolve(item);
    if (item === 2) return Promise.reject(new Error("no 2"));
    const { promise, reject } = Promise.withResolvers<number>();
    stop.addEventListener("abort", () => {
      stopped++;
      reject(stop.reason);
    });
    return promise;
  };
  await assertRejects(() => Array.fromAsync(prefetch([1, 2, 3, 4, 5, 6], atMost(4), fetch)), Error, "no 2");
  assertEquals(stopped, 3);
  for await (const result of prefetch([1, 3, 4], atMost(3), fetch)) {
    assertEquals(result, 1);
    break;
  }
  assertEquals(stopped, 5);
});
