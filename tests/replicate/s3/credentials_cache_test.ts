import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import { cachedCredentials, type TemporaryCredentials } from "../../../replicate/s3/credentials_cache.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const MINUTE_MS = 60_000;

/** Hands out `key-1`, `key-2` and so on, each for an hour; `null` in the script is a failure. */
function source(clock: FakeClock, lifeMs: number | null = 60 * MINUTE_MS): {
  fetched: number;
  fails: boolean;
  readonly fetch: () => Promise<TemporaryCredentials>;
} {
  const state = {
    fetched: 0,
    fails: false,
    fetch: async (): Promise<TemporaryCredentials> => {
      await Promise.resolve();
      state.fetched++;
      if (state.fails) throw new ReplicateError("store-unavailable", "Nobody is there", { retryable: true });
      const expiresAtMs = lifeMs === null ? null : clock.now() + lifeMs;
      return { accessKeyId: `key-${state.fetched}`, secretAccessKey: "s", sessionToken: "t", expiresAtMs };
    },
  };
  return state;
}

Deno.test("cachedCredentials() asks once, also when many ask at once, until five minutes before the end", async () => {
  const clock = new FakeClock();
  const origin = source(clock);
  const provider = cachedCredentials(origin.fetch, clock);
  const [one, other] = await Promise.all([provider(), provider()]);
  assertStrictEquals(one, other);
  await clock.advance(55 * MINUTE_MS - 1);
  assertStrictEquals(await provider(), one);
  assertEquals(origin.fetched, 1);
  await clock.advance(1);
  assertEquals([(await provider()).accessKeyId, origin.fetched], ["key-2", 2]);
});

Deno.test("cachedCredentials() renews short-lived ones after half of their time, and lasting ones never", async () => {
  const clock = new FakeClock();
  const short = source(clock, 4 * MINUTE_MS);
  const lasting = source(clock, null);
  const providers = [cachedCredentials(short.fetch, clock), cachedCredentials(lasting.fetch, clock)];
  for (const provider of providers) await provider();
  await clock.advance(2 * MINUTE_MS);
  for (const provider of providers) await provider();
  assertEquals([short.fetched, lasting.fetched], [2, 1]);
  await clock.advance(1e9);
  await providers[1]?.();
  assertEquals(lasting.fetched, 1);
});

Deno.test("cachedCredentials() goes on with the old ones while renewing fails, and asks no more than twice a minute", async () => {
  const clock = new FakeClock();
  const origin = source(clock);
  const provider = cachedCredentials(origin.fetch, clock);
  await provider();
  origin.fails = true;
  await clock.advance(56 * MINUTE_MS);
  for (let turn = 0; turn < 5; turn++) assertEquals((await provider()).accessKeyId, "key-1");
  assertEquals(origin.fetched, 2);
  await clock.advance(MINUTE_MS / 2);
  await provider();
  assertEquals(origin.fetched, 3);
  await clock.advance(4 * MINUTE_MS);
  const error = await assertRejects(() => provider(), ReplicateError);
  assertEquals([error.code, error.retryable], ["store-unavailable", true]);
  origin.fails = false;
  assertEquals((await provider()).accessKeyId, "key-5");
});

Deno.test("cachedCredentials() gets others when a server calls the old ones expired", async () => {
  const clock = new FakeClock();
  const origin = source(clock);
  const provider = cachedCredentials(origin.fetch, clock);
  const rejected = await provider();
  assertEquals((await provider({ rejected })).accessKeyId, "key-2");
  // Somebody else, who was still using the first ones, is content with the second.
  assertEquals((await provider({ rejected })).accessKeyId, "key-2");
  origin.fails = true;
  const second = await provider();
  await assertRejects(() => provider({ rejected: second }), ReplicateError);
});

Deno.test("cachedCredentials() lets one caller give up without failing the others", async () => {
  const clock = new FakeClock();
  const answer = Promise.withResolvers<TemporaryCredentials>();
  const provider = cachedCredentials(() => answer.promise, clock);
  const controller = new AbortController();
  const reason = new Error("given up");
  const impatient = assertRejects(() => provider({ signal: controller.signal }));
  const patient = provider();
  controller.abort(reason);
  assertStrictEquals(await impatient, reason);
  answer.resolve({ accessKeyId: "key", secretAccessKey: "s", sessionToken: null, expiresAtMs: null });
  assertEquals((await patient).accessKeyId, "key");
});
