import { assert, assertEquals, assertFalse } from "@std/assert";
import { type CheckpointSituation, isCheckpointDue } from "../../replicate/checkpoint_policy.ts";

const POLICY = { minCheckpointPageCount: 1_000, checkpointIntervalMs: 60_000 };

const QUIET: CheckpointSituation = {
  walFrames: 1,
  hasApplicationFrames: true,
  sinceRestartMs: 0,
  sinceAttemptMs: Infinity,
  failedAttempts: 0,
};

for (
  const { what, situation, due } of [
    { what: "the WAL is short and young", situation: {}, due: false },
    { what: "the WAL is just below its length", situation: { walFrames: 999 }, due: false },
    { what: "the WAL is long enough", situation: { walFrames: 1_000 }, due: true },
    { what: "the interval is nearly over", situation: { sinceRestartMs: 59_999 }, due: false },
    { what: "the interval is over", situation: { sinceRestartMs: 60_000 }, due: true },
    {
      what: "nothing but our own commit is in a WAL of any age",
      situation: { hasApplicationFrames: false, sinceRestartMs: 1e9 },
      due: false,
    },
    {
      what: "nothing but our own commit is in a WAL of any length",
      situation: { hasApplicationFrames: false, walFrames: 1e6 },
      due: false,
    },
    { what: "it failed just now", situation: { walFrames: 5_000, failedAttempts: 1, sinceAttemptMs: 99 }, due: false },
    {
      what: "it failed a moment ago",
      situation: { walFrames: 5_000, failedAttempts: 1, sinceAttemptMs: 100 },
      due: true,
    },
    {
      what: "the fourth pause is not over",
      situation: { walFrames: 5_000, failedAttempts: 4, sinceAttemptMs: 799 },
      due: false,
    },
    {
      what: "the fourth pause is over",
      situation: { walFrames: 5_000, failedAttempts: 4, sinceAttemptMs: 800 },
      due: true,
    },
    {
      what: "it failed often, and the longest pause is over",
      situation: { walFrames: 5_000, failedAttempts: 2_000, sinceAttemptMs: 10_000 },
      due: true,
    },
  ]
) {
  Deno.test(`isCheckpointDue() is ${due} when ${what}`, () => {
    assertEquals(isCheckpointDue(POLICY, { ...QUIET, ...situation }), due);
  });
}

Deno.test("isCheckpointDue() knows no interval when that is 0", () => {
  const policy = { ...POLICY, checkpointIntervalMs: 0 };
  assertFalse(isCheckpointDue(policy, { ...QUIET, sinceRestartMs: 1e9 }));
  assert(isCheckpointDue(policy, { ...QUIET, walFrames: 1_000 }));
});
