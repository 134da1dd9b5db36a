import { assertEquals } from "@std/assert";
import { groupByGeneration } from "../../replicate/listing.ts";
import { nextRetentionInMs, planRetention } from "../../replicate/retention_plan.ts";
import { GENERATION, generationOf, segmentKey, snapshotKey } from "../support/replica_builder.ts";

const OLD = generationOf("aaaaaaaaaaaaaaaa");
const OLDER = generationOf("bbbbbbbbbbbbbbbb");

/** The window begins at this time; stores tell time in seconds, so the tests' unit is ten of them. */
const WINDOW_START = 100;
const UNIT_MS = 10_000;

/** A listing from lines of short names: `s1@5` is snapshot 1 of time 5; `1_20@7` a segment, its offset in hexadecimal. */
function listingOf(names: Readonly<Record<string, string>>): ReturnType<typeof groupByGeneration> {
  return groupByGeneration(
    Object.entries(names).flatMap(([generation, text]) =>
      text.split(" ").filter((name) => name !== "").map((name) => {
        const [, place = "", time = "0"] = /^(.+?)@(\d+)$/.exec(name) ?? [];
        const [index = "", offset] = place.replace("s", "").split("_");
        const key = offset === undefined
          ? snapshotKey(Number(index), generationOf(generation))
          : segmentKey(Number(index), parseInt(offset, 16), generationOf(generation));
        return { key, size: 10, modifiedAtMs: Number(time) * UNIT_MS };
      })
    ),
  );
}

function shortName(key: string): string {
  const [, snapshot, index = "", offset = ""] =
    /(?:snapshots\/0*([0-9a-f]+)\.|wal\/0*([0-9a-f]+)_0*([0-9a-f]+)\.)/.exec(key) ?? [];
  return snapshot === undefined ? `${index}_${offset}` : `s${snapshot}`;
}

/** What is deleted of the current generation, and of how many others how much. */
function planOf(current: string, others: Readonly<Record<string, string>> = {}): { current: string; older: string[] } {
  const plan = planRetention(listingOf({ ...others, [GENERATION]: current }), {
    current: GENERATION,
    windowStartMs: WINDOW_START * UNIT_MS,
  });
  return {
    current: plan.current.map(({ key }) => shortName(key)).join(" "),
    older: plan.older.map(({ key }) => `${key.split("/")[1]?.slice(0, 1)} ${shortName(key)}`),
  };
}

Deno.test("planRetention() keeps each snapshot of the window, the newest one before it, and all WAL from there", () => {
  const table: readonly (readonly [objects: string, deleted: string])[] = [
    ["s0@101 0_0@101 1_0@150", ""],
    ["s0@1 0_0@1 1_0@2", ""],
    ["s0@1 0_0@1 1_0@2 s1@150", ""],
    ["s0@1 0_0@1 1_0@2 s1@99", "s0 0_0"],
    ["s0@1 0_0@1 1_0@2 s1@100", "s0 0_0"],
    ["s0@1 0_0@1 1_0@2 s2@99 2_0@98 s3@150 3_0@149", "s0 0_0 1_0"],
    ["s0@1 0_0@1 s1@50 1_0@50 s2@60 2_0@60 s3@150 3_0@150", "s0 s1 0_0 1_0"],
    ["0_0@1 1_0@2 s2@60 2_0@60", "0_0 1_0"], // leftovers
    ["s0@1 s1@2", "s0"],
  ];
  for (const [objects, deleted] of table) assertEquals(planOf(objects).current, deleted, objects);
});

Deno.test("planRetention() deletes snapshots first, then the oldest WAL first, each from its end to its beginning", () => {
  const objects = "s0@1 0_0@1 0_20@2 0_fff@3 s1@4 1_0@4 1_fff@5 2_0@6 s3@7 3_0@7";
  assertEquals(planOf(objects).current, "s0 s1 0_fff 0_20 0_0 1_fff 1_0 2_0");
});

Deno.test("planRetention() is not confused by the empty segments that close a WAL or end a generation", () => {
  // A seal at the end of WAL 1, the claim of 2; and an end: a seal and an empty first segment.
  assertEquals(planOf("s0@1 0_0@1 1_0@2 1_fff@3 2_0@4 s2@60 2_20@61").current, "s0 0_0 1_fff 1_0");
  assertEquals(planOf("s5@101 5_0@101", { [OLD]: "s0@1 0_0@2 0_fff@3 1_0@3" }), { current: "", older: [] });
  assertEquals(planOf("s5@60 5_0@60", { [OLD]: "s0@1 0_0@2 0_fff@3 1_0@3" }), {
    current: "",
    older: ["a s0", "a 0_fff", "a 0_0", "a 1_0"],
  });
});

Deno.test("planRetention() deletes older generations once they ended before the window and a later one covers it", () => {
  const table: readonly (readonly [current: string, others: Record<string, string>, older: string[]])[] = [
    ["s0@90 0_0@90", { [OLD]: "s0@1 0_0@50" }, ["a s0", "a 0_0"]],
    ["s0@101 0_0@101", { [OLD]: "s0@1 0_0@50" }, []], // its end is the state at the window's start
    ["s0@101 0_0@101", { [OLD]: "s0@1 0_0@50", [OLDER]: "s0@1 0_0@9" }, ["b s0", "b 0_0"]],
    ["s0@90 0_0@120", { [OLD]: "s0@1 0_0@110" }, []], // written to within the window
    ["s0@90 0_0@90", { [OLD]: "0_0@50" }, ["a 0_0"]], // cannot be restored at all
    ["s0@150 0_0@150", { [OLD]: "0_0@50" }, ["a 0_0"]],
    ["s0@150 0_0@150", { [OLD]: "s0@90 0_0@120", [OLDER]: "s0@1 0_0@50" }, ["b s0", "b 0_0"]],
  ];
  for (const [current, others, older] of table) assertEquals(planOf(current, others).older, older, current);
});

Deno.test("planRetention() deletes nothing when what is being written cannot be restored, or is not the newest", () => {
  const older = { [OLD]: "s0@1 0_0@2" };
  for (const current of ["", "0_0@90", "s0@1 s5@60 6_0@60", "s0@1 0_0@1 s5@60 5_20@60"]) {
    assertEquals(planOf(current, older), { current: "", older: [] }, current);
  }
  assertEquals(planOf("s0@1 0_0@1 s1@50 1_0@50", { [OLD]: "s0@200 0_0@200" }), { current: "", older: [] });
});

Deno.test("planRetention() keeps a whole WAL below the oldest snapshot when the store says that any of it is young", () => {
  assertEquals(planOf("s0@1 0_0@1 1_0@2 1_20@150 1_40@3 2_0@4 s3@50 3_0@50").current, "s0 0_0 2_0");
  assertEquals(planOf("s0@150 0_0@1 1_0@2 s3@50 3_0@50").current, "", "a young snapshot is kept, with what follows it");
});

Deno.test("nextRetentionInMs() says when the next snapshot or older generation leaves the time that is kept", () => {
  const situation = { current: GENERATION, windowStartMs: WINDOW_START * UNIT_MS };
  const unitsOf = (current: string, others: Readonly<Record<string, string>> = {}): number =>
    nextRetentionInMs(listingOf({ ...others, [GENERATION]: current }), situation) / UNIT_MS;
  assertEquals(unitsOf("s0@103 0_0@103 0_20@105 s1@120"), 3);
  assertEquals(
    unitsOf("s0@50 0_0@50 0_20@105 s1@120 1_0@121"),
    20,
    "the first is there for good until the next is old",
  );
  assertEquals(unitsOf("s0@110 0_0@110", { [OLD]: "s0@20 0_0@20 0_20@104" }), 4, "the older generation ended then");
  assertEquals(unitsOf("s0@100 0_0@100"), 0);
  assertEquals(unitsOf("s0@50 0_0@50 0_20@105"), Infinity);
  assertEquals(nextRetentionInMs([], situation), Infinity);
});
