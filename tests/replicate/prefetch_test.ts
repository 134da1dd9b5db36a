import { assert, assertEquals, assertRejects } from "@std/assert";
import { Prefetch, type PrefetchBounds } from "../../replicate/prefetch.ts";
import { withRandom } from "../support/random.ts";

/** Bounds that only the number of results matters to. */
function atMost(parallelism: number): PrefetchBounds<number> {
  return { parallelism, sizeMax: Infinity, sizeOf: () => 1 };
}

function iterate<R>(results: AsyncIterable<R>): AsyncIterator<R> {
  return results[Symbol.asyncIterator]();
}

/** By its end, everything has happened that was only waiting for its turn; an unhandled failure has been reported. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
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

Deno.test("Prefetch gives the results in the items' order, whichever comes first", async () => {
  await withRandom(async (random) => {
    for (const parallelism of [1, 2, 8, 1000]) {
      const items = Array.from({ length: 100 }, (_, i) => i);
      const fetch = async (item: number): Promise<number> => {
        for (let turns = random.integer(0, 20); turns > 0; turns--) await Promise.resolve();
        return item * 2;
      };
      const results = await Array.fromAsync(new Prefetch(items, atMost(parallelism), fetch));
      assertEquals(results, items.map((item) => item * 2));
    }
  });
});

Deno.test("Prefetch gives nothing when there is nothing", async () => {
  assertEquals(await Array.fromAsync(new Prefetch([], atMost(8), () => Promise.resolve(1))), []);
});

Deno.test("Prefetch begins at once, and has as much under way as its bound allows whoever waits", async () => {
  const fetches = new Fetches();
  const results = iterate(new Prefetch([1, 2, 3, 4, 5, 6], atMost(3), fetches.fetch));
  assertEquals(fetches.started, [1, 2, 3]);
  fetches.end(3);
  fetches.end(2);
  await turn();
  assertEquals(fetches.underWay, [1, 4, 5]);
  fetches.end(1);
  assertEquals(await results.next(), { value: "1", done: false });
  assertEquals(fetches.underWay, [4, 5, 6]);
  assertEquals([(await results.next()).value, (await results.next()).value], ["2", "3"]);
  for (const item of [6, 5, 4]) fetches.end(item);
  const rest = [await results.next(), await results.next(), await results.next(), await results.next()];
  assertEquals(rest.map(({ value }) => value), ["4", "5", "6", undefined]);
});

Deno.test("Prefetch never holds more than its bounds, whatever the sizes", async () => {
  await withRandom(async (random) => {
    const sizes = Array.from({ length: 300 }, () => random.integer(0, 60));
    const held = new Set<number>();
    let underWay = 0;
    const fetch = async (item: number): Promise<number> => {
      held.add(item);
      assert(++underWay <= 5);
      const size = [...held].reduce((sum, one) => sum + (sizes[one] ?? 0), 0);
      assert(size <= 100, `${size}`);
      for (let turns = random.integer(0, 5); turns > 0; turns--) await Promise.resolve();
      underWay--;
      return item;
    };
    const bounds = { parallelism: 5, sizeMax: 100, sizeOf: (item: number) => sizes[item] ?? 0 };
    let next = 0;
    const results = iterate(new Prefetch(sizes.keys(), bounds, fetch));
    while (next < sizes.length) {
      const { value } = await results.next();
      assertEquals(value, next);
      held.delete(next++);
    }
    assert((await results.next()).done);
  });
});

Deno.test("Prefetch fetches what is larger than its bound, alone", async () => {
  const held = new Set<number>();
  const most: number[] = [];
  const fetch = (item: number): Promise<number> => {
    held.add(item);
    most.push(held.size);
    return Promise.resolve(item);
  };
  const bounds = { parallelism: 8, sizeMax: 10, sizeOf: (item: number) => item };
  const results: number[] = [];
  for await (const item of new Prefetch([3, 3, 99, 3, 3, 3, 3], bounds, fetch)) {
    held.delete(item);
    results.push(item);
  }
  assertEquals(results, [3, 3, 99, 3, 3, 3, 3]);
  assertEquals(most[2], 1);
});

Deno.test("Prefetch lets a failure out in its place, and what is before it", async () => {
  const results: number[] = [];
  const fetch = (item: number): Promise<number> =>
    item >= 3 ? Promise.reject(new Error(`no ${item}`)) : Promise.resolve(item);
  const all = async (): Promise<void> => {
    for await (const item of new Prefetch([1, 2, 3, 4, 5], atMost(8), fetch)) results.push(item);
  };
  await assertRejects(all, Error, "no 3");
  assertEquals(results, [1, 2]);
});

Deno.test("Prefetch fetches no more when nobody wants more", async () => {
  const fetches = new Fetches();
  queueMicrotask(() => fetches.end(1));
  {
    await using results = new Prefetch([1, 2, 3, 4, 5], atMost(3), fetches.fetch);
    assertEquals(await iterate(results).next(), { value: "1", done: false });
    for (const item of fetches.underWay) queueMicrotask(() => fetches.end(item));
  }
  assertEquals(fetches.underWay, []);
  assertEquals(fetches.started.length, 4);
});

Deno.test("Prefetch fetches as much again as was used", async () => {
  const fetches = new Fetches();
  const bounds = { parallelism: 8, sizeMax: 100, sizeOf: () => 40 };
  const results = iterate(new Prefetch([1, 2, 3, 4, 5, 6], bounds, fetches.fetch));
  for (const item of [1, 2, 3, 4, 5, 6]) {
    const next = results.next();
    fetches.end(item);
    await next;
    assertEquals(fetches.started.length, Math.min(6, item + 1));
  }
  assertEquals(await results.next(), { value: undefined, done: true });
});

Deno.test("Prefetch keeps a failure that comes early until its turn", async () => {
  const slow = Promise.withResolvers<number>();
  const fetch = (item: number): Promise<number> => item === 1 ? slow.promise : Promise.reject(new Error(`no ${item}`));
  const results = iterate(new Prefetch([1, 2, 3], atMost(3), fetch));
  const first = results.next();
  await turn();
  slow.resolve(10);
  assertEquals(await first, { value: 10, done: false });
  await assertRejects(() => results.next(), Error, "no 2");
});

Deno.test("Prefetch stops what is under way before it ends early", async () => {
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
  await assertRejects(async () => {
    await using results = new Prefetch([1, 2, 3, 4, 5, 6], atMost(4), fetch);
    await Array.fromAsync(results);
  }, "no 2");
  assertEquals(stopped, 4);
  {
    await using results = new Prefetch([1, 3, 4], atMost(3), fetch);
    assertEquals((await iterate(results).next()).value, 1);
  }
  assertEquals(stopped, 6);
});
