import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { PasteError } from "../../server/errors.ts";
import { GroupCommit, type GroupCommitOptions } from "../../server/group_commit.ts";
import { ManualSchedule } from "./support.ts";

interface Fixture {
  readonly queue: GroupCommit<string, string>;
  readonly groups: (readonly string[])[];
  readonly turns: ManualSchedule;
}

/** Items count for their length; a commit answers in capitals. */
function fixture(options: Partial<GroupCommitOptions<string, string>> = {}): Fixture {
  const groups: (readonly string[])[] = [];
  const turns = new ManualSchedule();
  const queue = new GroupCommit<string, string>({
    commit: (items) => {
      groups.push(items);
      return Promise.resolve(items.map((item) => ({ value: item.toUpperCase() })));
    },
    sizeOf: (item) => item.length,
    maxItems: 3,
    maxBytes: 10,
    maxQueuedBytes: 100,
    schedule: turns.schedule,
    ...options,
  });
  return { queue, groups, turns };
}

/** Lets groups run until the queue is empty. */
async function settle({ queue, turns }: Fixture): Promise<void> {
  const idle = queue.idle();
  let done = false;
  idle.then(() => done = true);
  while (!done) {
    turns.run();
    await Promise.resolve();
  }
}

Deno.test("GroupCommit.submit() commits together what arrives before the group starts", async () => {
  const f = fixture();
  const results = Promise.all([f.queue.submit("a"), f.queue.submit("b")]);
  await settle(f);
  assertEquals(await results, ["A", "B"]);
  assertEquals(f.groups, [["a", "b"]]);
});

Deno.test("GroupCommit.submit() waits for more when each look finds more", async () => {
  const f = fixture({ maxItems: 100 });
  const runs: (() => void)[] = [];
  const queue = new GroupCommit<string, string>({
    commit: (items) => {
      f.groups.push(items);
      return Promise.resolve(items.map((item) => ({ value: item })));
    },
    sizeOf: () => 1,
    maxItems: 100,
    maxBytes: 100,
    maxQueuedBytes: 100,
    schedule: (run) => void runs.push(run),
  });
  const first = queue.submit("a");
  runs.shift()?.(); // sees one, looks again
  const second = queue.submit("b");
  runs.shift()?.(); // sees another, looks again
  runs.shift()?.(); // sees no more, commits
  assertEquals(await Promise.all([first, second]), ["a", "b"]);
  assertEquals(f.groups, [["a", "b"]]);
});

Deno.test("GroupCommit.submit() commits with the next group what arrives while one runs", async () => {
  const gate = Promise.withResolvers<void>();
  const groups: (readonly string[])[] = [];
  const f = fixture({
    commit: async (items) => {
      groups.push(items);
      await gate.promise;
      return items.map((item) => ({ value: item }));
    },
  });
  const first = f.queue.submit("a");
  f.turns.run();
  const later = [f.queue.submit("b"), f.queue.submit("c")];
  f.turns.run();
  assertEquals(groups, [["a"]]);
  gate.resolve();
  await settle(f);
  assertEquals(await Promise.all([first, ...later]), ["a", "b", "c"]);
  assertEquals(groups, [["a"], ["b", "c"]]);
});

Deno.test("GroupCommit.submit() bounds a group by items and bytes, and lets a larger item go alone", async () => {
  const f = fixture();
  const results = Promise.all(
    ["a", "b", "c", "d", "e".repeat(9), "f".repeat(20), "g"].map((item) => f.queue.submit(item)),
  );
  await settle(f);
  await results;
  assertEquals(f.groups.map((group) => group.map((item) => item.length)), [[1, 1, 1], [1, 9], [20], [1]]);
});

Deno.test("GroupCommit.submit() throws overloaded when too many bytes wait, but takes a large item alone", async () => {
  const f = fixture({ maxQueuedBytes: 5 });
  const large = f.queue.submit("x".repeat(50));
  const error = assertThrows(() => void f.queue.submit("y"), PasteError);
  assertEquals([error.code, error.status, error.retryAfterSeconds], ["overloaded", 503, 2]);
  await settle(f);
  assertEquals(await large, "X".repeat(50));
});

Deno.test("GroupCommit.submit() rejects exactly those whose outcome is an error", async () => {
  const f = fixture({
    commit: (items) =>
      Promise.resolve(items.map((item) => item === "b" ? { error: new Error("no") } : { value: item })),
  });
  const results = Promise.allSettled(["a", "b", "c"].map((item) => f.queue.submit(item)));
  await settle(f);
  assertEquals((await results).map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
});

Deno.test("GroupCommit.submit() rejects a whole group when its commit throws, and goes on with the next", async () => {
  let calls = 0;
  const f = fixture({
    commit: (items) =>
      ++calls === 1 ? Promise.reject(new Error("broken")) : Promise.resolve(items.map((value) => ({ value }))),
  });
  const first = f.queue.submit("a");
  const rejected = assertRejects(() => first, Error, "broken");
  await settle(f);
  await rejected;
  const second = f.queue.submit("b");
  await settle(f);
  assertEquals(await second, "b");
});

Deno.test("GroupCommit.hold() lets no commit begin until release(), counted once", async () => {
  const f = fixture();
  f.queue.hold();
  f.queue.hold();
  const result = f.queue.submit("a");
  f.turns.run();
  assertEquals([f.groups.length, f.queue.held], [0, true]);
  f.queue.release();
  await settle(f);
  assertEquals(await result, "A");
});

Deno.test("GroupCommit.hold() stops a group that was scheduled already", async () => {
  const f = fixture();
  const result = f.queue.submit("a");
  assertEquals(f.turns.pending, 1);
  f.queue.hold();
  f.turns.run();
  assertEquals(f.groups, []);
  f.queue.release();
  await settle(f);
  assertEquals(await result, "A");
});

Deno.test("GroupCommit.idle() resolves at once when nothing waits", async () => {
  await fixture().queue.idle();
});
