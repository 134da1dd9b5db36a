import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type Clock, systemClock } from "../../../replicate/clock.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { fetchFor, put, refusal, stub } from "../../support/s3_server_fetch.ts";
import { S3Server } from "../../support/s3_server.ts";
import { impatientClock } from "../../support/s3_server_store.ts";

Deno.test("SignedFetch.send() stops waiting at the time limit, and tries again", async () => {
  await using server = await S3Server.start();
  const clock = new FakeClock(Date.now());
  server.nextFaults.push("hang");
  const sending = fetchFor(server, { clock, requestTimeoutMs: 1000, maxTries: 2 }).send(put(server), undefined);
  await clock.whenPending(1);
  // The limit, and the time for a body of seven bytes.
  assert((clock.nextDueInMs ?? 0) >= 1000 && (clock.nextDueInMs ?? 0) < 1001);
  await clock.advance(1001);
  await clock.whenPending(1); // the pause before the next try
  await clock.advance(100);
  assertEquals((await sending).status, 200);
  assertEquals(clock.pending, 0);
});

Deno.test("SignedFetch.send() gives a large body more time", async () => {
  await using server = await S3Server.start();
  const clock = new FakeClock(Date.now());
  const sending = fetchFor(server, { clock, requestTimeoutMs: 1000 }).send(
    put(server, { body: new Uint8Array(1024 * 1024) }),
    undefined,
  );
  await clock.whenPending(1);
  assertEquals(clock.nextDueInMs, 5000);
  await sending;
});

Deno.test("SignedFetch.send() stops with the signal's reason, also between tries", async () => {
  await using server = await S3Server.start();
  const reason = new Error("given up");
  const hanging = new AbortController();
  server.nextFaults.push("hang");
  const sending = fetchFor(server).send(put(server), hanging.signal);
  const rejected = assertRejects(() => sending);
  hanging.abort(reason);
  assertStrictEquals(await rejected, reason);

  const pausing = new AbortController();
  const clock = new FakeClock(Date.now());
  server.nextFaults.length = 0;
  server.nextFaults.push("error-503");
  const second = fetchFor(server, { clock }).send(put(server), pausing.signal);
  const secondRejected = assertRejects(() => second);
  while ((clock.nextDueInMs ?? Infinity) > 200) await new Promise((resolve) => setTimeout(resolve, 0));
  pausing.abort(reason);
  assertStrictEquals(await secondRejected, reason);
  assertEquals(clock.pending, 0);
});

Deno.test("SignedFetch.send() waits as long as the server asks", async () => {
  await using server = await S3Server.start();
  const slept: number[] = [];
  const clock: Clock = {
    ...systemClock,
    sleep: (ms, signal) => {
      if (ms < 30_000) slept.push(ms);
      return impatientClock.sleep(ms, signal);
    },
  };
  const busy = (headers: HeadersInit) => (): Response => new Response(null, { status: 503, headers });
  const later = new Date(Math.ceil(Date.now() / 1000) * 1000 + 9000).toUTCString();
  const answers = [busy({}), busy({ "retry-after": "7" }), busy({ "retry-after": later }), () => new Response()];
  await fetchFor(server, { clock, fetch: stub(...answers) }).send(put(server), undefined);
  assertEquals(slept.slice(0, 2), [75, 7000]);
  assert((slept[2] ?? 0) > 7000 && (slept[2] ?? 0) <= 10_000);
});

Deno.test("SignedFetch.send() takes over the server's clock when it complains, once", async () => {
  const aheadMs = 3_600_000;
  await using server = await S3Server.start({ now: () => Date.now() + aheadMs });
  const http = fetchFor(server);
  await http.send(put(server), undefined);
  await http.send(put(server), undefined);
  assertEquals(server.requests.map(({ status }) => status), [403, 200, 200]);
});

Deno.test("SignedFetch.send() gives up when the server complains of a clock that is right", async () => {
  await using server = await S3Server.start();
  const text = "<Error><Code>RequestTimeTooSkewed</Code><Message/></Error>";
  const headers = { date: new Date().toUTCString() };
  let calls = 0;
  const answer = (): Response => {
    calls++;
    return new Response(text, { status: 403, headers });
  };
  const error = await refusal(fetchFor(server, { fetch: stub(answer) }).send(put(server), undefined));
  assertEquals([error.code, calls], ["store-refused", 1]);
});
