import { assertEquals } from "@std/assert";
import { isSnapshotDue, type SnapshotSituation, WAL_BYTES_FLOOR } from "../../replicate/snapshot_policy.ts";

const POLICY = { snapshotIntervalMs: 1_000, snapshotWalRatio: 2 };
const MIB = 1_048_576;

/** Some time and some WAL after snapshot 3, in WAL 4; neither is enough. */
const QUIET: SnapshotSituation = {
  index: 4,
  snapshotIndex: 3,
  snapshotAgeMs: 999,
  isWrittenSince: true,
  walBytes: WAL_BYTES_FLOOR,
  databaseBytes: MIB,
};

Deno.test("isSnapshotDue() asks for one when the last is too old, or has too much WAL after it", () => {
  const table: readonly (readonly [string, Partial<SnapshotSituation>, boolean])[] = [
    ["neither", {}, false],
    ["the interval is over", { snapshotAgeMs: 1_000 }, true],
    ["the WAL passed the floor", { walBytes: WAL_BYTES_FLOOR + 1 }, true],
    ["twice a large database", { databaseBytes: 100 * MIB, walBytes: 200 * MIB }, false],
    ["more than that", { databaseBytes: 100 * MIB, walBytes: 200 * MIB + 1 }, true],
    ["nothing was written", { isWrittenSince: false, snapshotAgeMs: 1e9, walBytes: 1e12 }, false],
    ["the WAL is still the last one's", { index: 3, snapshotAgeMs: 1e9, walBytes: 1e12 }, false],
  ];
  for (const [what, differs, expected] of table) {
    assertEquals(isSnapshotDue(POLICY, { ...QUIET, ...differs }), expected, what);
  }
});

Deno.test("isSnapshotDue() leaves out what is switched off", () => {
  const old = { ...QUIET, snapshotAgeMs: 1e12 };
  const long = { ...QUIET, walBytes: 1e12 };
  const off = { snapshotIntervalMs: 0, snapshotWalRatio: 0 };
  assertEquals([old, long].map((situation) => isSnapshotDue(off, situation)), [false, false]);
  assertEquals(
    [old, { ...long, snapshotAgeMs: 0 }].map((now) => isSnapshotDue({ ...off, snapshotIntervalMs: 1 }, now)),
    [
      true,
      false,
    ],
  );
  assertEquals([old, long].map((situation) => isSnapshotDue({ ...off, snapshotWalRatio: 1 }, situation)), [
    false,
    true,
  ]);
});
