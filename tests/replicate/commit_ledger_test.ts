import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { CommitLedger } from "../../replicate/commit_ledger.ts";
import { FakeClock } from "../support/fake_clock.ts";

const NEVER = new AbortController().signal;

Deno.test("CommitLedger numbers commits and counts those that are not synced", () => {
  const ledger = new CommitLedger(new FakeClock());
  assertEquals([ledger.lastNotice, ledger.pendingCount, ledger.oldestAgeSeconds], [0, 0, 0]);
  assertEquals([ledger.commit(), ledger.commit(), ledger.commit()], [1, 2, 3]);
  ledger.sync(2);
  assertEquals([ledger.lastNotice, ledger.pendingCount], [3, 1]);
  ledger.sync(1);
  assertEquals(ledger.pendingCount, 1, "it never goes back");
});

Deno.test("CommitLedger.oldestAgeSeconds is the age of the oldest commit that is not synced", async () => {
  const clock = new FakeClock();
  const ledger = new CommitLedger(clock);
  for (let i = 0; i < 5; i++) {
    ledger.commit();
    await clock.advance(1_000);
  }
  assertEquals(ledger.oldestAgeSeconds, 5);
  ledger.sync(2);
  assertEquals(ledger.oldestAgeSeconds, 3);
  ledger.sync(5);
  assertEquals(ledger.oldestAgeSeconds, 0);
  ledger.commit();
  await clock.advance(500);
  assertEquals(ledger.oldestAgeSeconds, 0.5);
});

Deno.test("CommitLedger.ageSecondsPast() is the age of the oldest commit that one replica lacks, 0 when it has all", async () => {
  const clock = new FakeClock();
  const ledger = new CommitLedger(clock);
  assertEquals(ledger.ageSecondsPast(0), 0);
  for (let i = 0; i < 5; i++) {
    ledger.commit();
    await clock.advance(1_000);
  }
  assertEquals([0, 1, 4, 5].map((notice) => ledger.ageSecondsPast(notice)), [5, 4, 1, 0]);
  ledger.sync(3);
  assertEquals([3, 4, 5].map((notice) => ledger.ageSecondsPast(notice)), [2, 1, 0]);
});

Deno.test("CommitLedger.oldestAgeSeconds is never less than the truth, to a tenth of a second, for many commits", async () => {
  const clock = new FakeClock();
  const ledger = new CommitLedger(clock);
  const committedAt: number[] = [];
  for (let i = 0; i < 100; i++) {
    committedAt.push(clock.monotonic());
    ledger.commit();
    await clock.advance(30);
  }
  for (let synced = 1; synced < 100; synced++) {
    ledger.sync(synced);
    const truth = (clock.monotonic() - (committedAt[synced] ?? 0)) / 1_000;
    const told = ledger.oldestAgeSeconds;
    assert(told >= truth && told <= truth + 0.13, `${synced}: ${told}, in truth ${truth}`);
  }
});

Deno.test("CommitLedger.wait() ends once every commit so far is synced, and at once when it is already", async () => {
  const ledger = new CommitLedger(new FakeClock());
  await ledger.wait(NEVER);
  ledger.commit();
  ledger.commit();
  let isOver = false;
  const waited = ledger.wait(NEVER).then(() => isOver = true);
  ledger.commit(); // after the wait began
  ledger.sync(1);
  await Promise.resolve();
  assertFalse(isOver);
  ledger.sync(2);
  await waited;
});

Deno.test("CommitLedger.wait() rejects with the signal's reason, before or meanwhile", async () => {
  const ledger = new CommitLedger(new FakeClock());
  ledger.commit();
  await assertRejects(() => ledger.wait(AbortSignal.abort(new Error("too late"))), Error, "too late");
  const controller = new AbortController();
  const waited = ledger.wait(controller.signal);
  controller.abort(new Error("the client went away"));
  await assertRejects(() => waited, Error, "the client went away");
  ledger.sync(1);
  await ledger.wait(NEVER);
});

Deno.test("CommitLedger.fail() rejects whoever waits", async () => {
  const ledger = new CommitLedger(new FakeClock());
  ledger.commit();
  const waits = [ledger.wait(NEVER), ledger.wait(NEVER)];
  ledger.fail(new Error("fenced"));
  for (const wait of waits) await assertRejects(() => wait, Error, "fenced");
});

Deno.test("CommitLedger.takeGathered() tells once, when as many wait as before the last answers", async () => {
  const clock = new FakeClock();
  const ledger = new CommitLedger(clock);
  const commit = (count: number): Promise<void> => {
    ledger.commit();
    return ledger.wait(NEVER, count);
  };
  assertFalse(ledger.takeGathered());
  const first = [commit(30), commit(30), commit(4)];
  assertFalse(ledger.takeGathered(), "nobody was answered yet");
  ledger.sync(2);
  await Promise.all(first.slice(0, 2));
  const second = [commit(50)];
  assertFalse(ledger.takeGathered(), "ten are missing");
  second.push(commit(10));
  assertEquals([ledger.takeGathered(), ledger.takeGathered()], [true, false]);
  await clock.advance(60);
  ledger.sync(ledger.lastNotice);
  await Promise.all([...first, ...second]);
  ledger.commit();
  await clock.advance(60);
  ledger.sync(ledger.lastNotice);
  assertFalse(ledger.takeGathered(), "nobody waits");
});

Deno.test("CommitLedger.takeGathered() counts those who are answered a moment later with those before them", async () => {
  const clock = new FakeClock();
  const ledger = new CommitLedger(clock);
  const commit = (count: number): Promise<void> => {
    ledger.commit();
    return ledger.wait(NEVER, count);
  };
  const all = [commit(40), commit(24)];
  ledger.sync(1);
  await all[0];
  await clock.advance(3);
  ledger.sync(2);
  await all[1];
  const back = [commit(24)];
  assertFalse(ledger.takeGathered(), "forty are missing");
  back.push(commit(40));
  assert(ledger.takeGathered());
  await clock.advance(60);
  ledger.sync(ledger.lastNotice);
  await Promise.all(back);
  const fewer = commit(5);
  await clock.advance(60);
  ledger.sync(ledger.lastNotice);
  await fewer;
  void commit(5);
  assert(ledger.takeGathered(), "some went away for good");
});
