import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { RateLimit } from "../../server/rate_limit.ts";
import { withRandom } from "../support/random.ts";

interface Setup {
  readonly limit: RateLimit;
  readonly advance: (ms: number) => void;
}

function setUp(perMinute: number, maxClients = 1000): Setup {
  let time = Date.UTC(2026, 0, 1);
  return {
    limit: new RateLimit({ perMinute, maxClients, now: () => time }),
    advance: (ms) => void (time += ms),
  };
}

function countTaken(limit: RateLimit, client: string, tries: number): number {
  return Array.from({ length: tries }, () => limit.take(client)).filter((waitMs) => waitMs === 0).length;
}

Deno.test("RateLimit.take() lets exactly N through at once, whatever N is", () => {
  for (const perMinute of [1, 2, 3, 7, 60, 600, 1001]) {
    assertEquals(countTaken(setUp(perMinute).limit, "a", perMinute * 2 + 5), perMinute, `${perMinute}`);
  }
});

Deno.test("RateLimit.take() lets N through in every minute that follows, to one who never stops asking", () => {
  for (const perMinute of [1, 5, 30, 60, 150]) {
    const { limit, advance } = setUp(perMinute);
    countTaken(limit, "a", perMinute);
    for (let minute = 0; minute < 5; minute++) {
      let taken = 0;
      for (let tick = 0; tick < 240; tick++) {
        advance(250);
        taken += countTaken(limit, "a", 3);
      }
      assertEquals(taken, perMinute, `${perMinute} in minute ${minute}`);
    }
  }
});

Deno.test("RateLimit.take() never lets more through than N at once and N a minute, at random times", async () => {
  await withRandom((random) => {
    const perMinute = random.integer(1, 100);
    const { limit, advance } = setUp(perMinute);
    let elapsedMs = 0;
    let taken = 0;
    for (let i = 0; i < 3000; i++) {
      const ms = random.integer(0, random.pick([0, 10, 1000, 20_000]));
      advance(ms);
      elapsedMs += ms;
      taken += countTaken(limit, "a", random.integer(1, 5));
      assert(taken <= perMinute + perMinute * elapsedMs / 60_000 + 1e-6, `seed ${random.seed}`);
    }
  });
});

Deno.test("RateLimit.take() says how long to wait, and lets through after exactly that long", () => {
  const { limit, advance } = setUp(4);
  countTaken(limit, "a", 4);
  assertEquals(limit.take("a"), 15_000);
  advance(14_999);
  assertEquals([limit.waitMs("a"), limit.take("a")], [1, 1]);
  advance(1);
  assertEquals([limit.waitMs("a"), limit.take("a"), limit.take("a")], [0, 0, 15_000]);
});

Deno.test("RateLimit.take() does not count what it refuses, and counts each client for itself", () => {
  const { limit, advance } = setUp(2);
  countTaken(limit, "a", 100);
  advance(60_000);
  assertEquals([countTaken(limit, "a", 5), countTaken(limit, "b", 5)], [2, 2]);
});

Deno.test("RateLimit.take() makes nobody wait for longer than a minute when the clock is set back", () => {
  const { limit, advance } = setUp(2);
  countTaken(limit, "a", 2);
  advance(-3_600_000);
  assertEquals(limit.take("a"), 30_000);
  advance(30_000);
  assertEquals(limit.take("a"), 0);
});

Deno.test("RateLimit.quiet tells whether anybody owes anything", () => {
  const { limit, advance } = setUp(1);
  assert(limit.quiet);
  limit.take("a");
  assertFalse(limit.quiet);
  advance(60_000);
  assert(limit.quiet);
});

Deno.test("RateLimit remembers a bounded number of clients", () => {
  const { limit } = setUp(5, 100);
  for (let i = 0; i < 10_000; i++) limit.take(`client ${i}`);
  assertEquals(limit.clients, 100);
});

Deno.test("RateLimit does not forget who has used up its limit when strangers flood it with single requests", () => {
  const { limit } = setUp(10, 100);
  countTaken(limit, "greedy", 10);
  for (let i = 0; i < 10_000; i++) {
    limit.take(`stranger ${i}`);
    if (i % 97 === 0) assert(limit.take("greedy") > 0, `after ${i} strangers`);
  }
  assert(limit.take("greedy") > 0);
});

Deno.test("RateLimit forgets first who owes nothing any more", () => {
  const { limit, advance } = setUp(1, 3);
  limit.take("old");
  advance(60_000);
  for (const client of ["b", "c", "d"]) limit.take(client);
  assertEquals(["b", "c", "d"].map((client) => limit.waitMs(client)), [60_000, 60_000, 60_000]);
});

Deno.test("RateLimit throws RangeError when it is to limit to nothing", () => {
  for (const perMinute of [0, -1, NaN]) assertThrows(() => setUp(perMinute), RangeError);
  assertThrows(() => setUp(1, 0), RangeError);
});
