import { assert, assertEquals, assertThrows } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { encodeFrame } from "../../replicate/lz4/block.ts";
import { groupByGeneration } from "../../replicate/listing.ts";
import { LATEST, missingSegment, planRestore, type RestoreTarget } from "../../replicate/restore_plan.ts";
import { copyFixture, readFixtureMeta, readFixtureSegments } from "../support/litestream_fixture.ts";
import {
  assertRefused,
  GENERATION,
  generationOf,
  recordHistory,
  ReplicaFolder,
  segmentAt,
  segmentKey,
  sha256,
  snapshotKey,
} from "../support/replica_builder.ts";
import { buildWal, framesOf, headerOf } from "../support/wal_builder.ts";

const OTHER = generationOf("ffeeddccbbaa9988");

/** A listing from lines of short names: `s1@5` is snapshot 1 of time 5; `1_20@7` a segment, its offset in hexadecimal. */
function listingOf(names: string, otherNames = ""): ReturnType<typeof groupByGeneration> {
  const objects = ([[names, GENERATION], [otherNames, OTHER]] as const).flatMap(([text, generation]) =>
    text.split(" ").filter((name) => name !== "").map((name) => {
      const [, place = "", time = "0"] = /^(.+?)(?:@(\d+))?$/.exec(name) ?? [];
      const [index = "", offset] = place.replace("s", "").split("_");
      const key = offset === undefined
        ? snapshotKey(Number(index), generation)
        : segmentKey(Number(index), parseInt(offset, 16), generation);
      return { key, size: 10, modifiedAtMs: Number(time) };
    })
  );
  return groupByGeneration(objects);
}

/** A plan as short names. */
function planOf(listing: ReturnType<typeof groupByGeneration>, target: Partial<RestoreTarget> = {}): string | null {
  const plan = planRestore(listing, { ...LATEST, ...target });
  if (plan === null) return null;
  assertEquals(plan.totalBytes, 10 * (1 + plan.segments.length));
  const names = plan.segments.map(({ index, offset }) => `${index}_${offset.toString(16)}`);
  return [`${plan.generation === OTHER ? "other " : ""}s${plan.snapshot.index}`, ...names].join(" ");
}

Deno.test("planRestore() takes the newest snapshot and all that follows it", () => {
  const table: readonly (readonly [objects: string, plan: string | null])[] = [
    ["", null],
    ["0_0", null],
    ["s0", "s0"],
    ["s0 0_0", "s0 0_0"],
    ["s0 0_0 0_20 0_238 1_0 2_0 2_238", "s0 0_0 0_20 0_238 1_0 2_0 2_238"],
    ["s0 0_0 s1 1_0 1_238", "s1 1_0 1_238"],
    ["s0 s9 s10 9_0 10_0", "s10 10_0"],
    ["s0 0_0 1_0 s2", "s2"],
    ["s3 3_0 3_fffffff8 3_100000218", "s3 3_0 3_fffffff8 3_100000218"],
  ];
  for (const [objects, plan] of table) assertEquals(planOf(listingOf(objects)), plan, objects);
});

Deno.test("planRestore() ignores what lies below the snapshot, whatever is missing there", () => {
  for (const leftovers of ["0_238", "0_0 0_238", "1_20", "0_0 0_20 s0", "s0 1_0"]) {
    assertEquals(planOf(listingOf(`${leftovers} s2 2_0 3_0`)), "s2 2_0 3_0", leftovers);
  }
});

Deno.test("planRestore() names the first object that is missing", () => {
  const table: readonly (readonly [objects: string, index: number, next: string])[] = [
    ["s0 0_238", 0, segmentKey(0, 0x238)],
    ["s0 1_0", 0, segmentKey(1, 0)],
    ["s0 0_0 1_20", 1, segmentKey(1, 0x20)],
    ["s0 0_0 2_0 4_0", 1, segmentKey(2, 0)],
    ["s2 0_0 1_0 3_0", 2, segmentKey(3, 0)],
    ["s0 0_0 0_20 1_0 1_238 3_238", 2, segmentKey(3, 0x238)],
  ];
  for (const [objects, index, next] of table) {
    const error = assertThrows(() => planOf(listingOf(objects)), ReplicateError);
    const expected = missingSegment({ generation: GENERATION, index, offset: 0 }, next);
    assertEquals([error.code, error.message], ["object-missing", expected.message], objects);
    assert(error.message.includes(segmentKey(index, 0)) && error.message.includes(next));
  }
});

Deno.test("planRestore() chooses the generation that was written to last among those with a snapshot", () => {
  const table: readonly (readonly [objects: string, others: string, plan: string | null])[] = [
    ["s0@1 0_0@2", "s0@3 0_0@4", "other s0 0_0"],
    ["s0@1 0_0@9000", "s0@3 0_0@4", "s0 0_0"],
    ["s0@1 0_0@5000", "s0@4000 0_0@4900", "other s0 0_0"], // about the same time: the one that began later
    ["s0@1 0_0@2", "0_0@9", "s0 0_0"],
    ["s0@1", "s0@1", "other s0"],
    ["0_0@1", "0_0@2", null],
  ];
  for (const [objects, others, plan] of table) assertEquals(planOf(listingOf(objects, others)), plan);
});

Deno.test("planRestore() keeps to the generation that is asked for", () => {
  const listing = listingOf("s0@1 0_0@2", "s0@3 0_0@4");
  assertEquals(planOf(listing, { generation: GENERATION }), "s0 0_0");
  assertEquals(planOf(listing, { generation: OTHER }), "other s0 0_0");
  assertEquals(planOf(listing, { generation: generationOf("0000000000000000") }), null);
  assertEquals(planOf(listingOf("0_0@1", "s0@3"), { generation: GENERATION }), null);
});

Deno.test("planRestore() stops after the index that is asked for", () => {
  const listing = listingOf("s1 1_0 1_20 2_0 s3 3_0 4_0");
  const plans = [0, 1, 2, 3, 4, 5].map((index) => planOf(listing, { index }));
  assertEquals(plans, [null, "s1 1_0 1_20", "s1 1_0 1_20 2_0", "s3 3_0", "s3 3_0 4_0", "s3 3_0 4_0"]);
  assertEquals(planOf(listingOf("s0 0_0 2_0"), { index: 0 }), "s0 0_0");
});

Deno.test("planRestore() leaves out what begins at or beyond the offset that is asked for", () => {
  const listing = listingOf("s1 1_0 1_20 2_0 2_20 3_0");
  const plans = [0, 0x20, 0x21, 0x1000].map((offset) => planOf(listing, { index: 2, offset }));
  assertEquals(plans, ["s1 1_0 1_20", "s1 1_0 1_20 2_0", "s1 1_0 1_20 2_0 2_20", "s1 1_0 1_20 2_0 2_20"]);
});

Deno.test("planRestore() takes what was written up to a time, and all of it when the time is later", () => {
  const listing = listingOf("s0@10 0_0@20 0_20@30 1_0@40 s1@50 1_20@60 2_0@70");
  const plans = [9, 10, 29, 30, 49, 50, 65, 70, 1e15].map((timestampMs) => planOf(listing, { timestampMs }));
  assertEquals(plans, [
    null,
    "s0",
    "s0 0_0",
    "s0 0_0 0_20",
    "s0 0_0 0_20 1_0",
    "s1 1_0",
    "s1 1_0 1_20",
    "s1 1_0 1_20 2_0",
    "s1 1_0 1_20 2_0",
  ]);
});

Deno.test("planRestore() goes back to the older generation when the newer began after the time", () => {
  const listing = listingOf("s0@10 0_0@20 1_0@30", "s0@50 0_0@60");
  const plans = [25, 40, 50].map((timestampMs) => planOf(listing, { timestampMs }));
  assertEquals(plans, ["s0 0_0", "s0 0_0 1_0", "other s0"]);
});

Deno.test("planRestore() leaves out what comes after a late object, even when its own time is early", () => {
  assertEquals(planOf(listingOf("s0@1 0_0@2 0_20@9 0_238@3 1_0@4"), { timestampMs: 5 }), "s0 0_0");
});

for (const name of ["p512", "p4096"] as const) {
  Deno.test(`restore() names each segment that is missing before the last of its WAL (${name})`, async () => {
    await using replica = await copyFixture(name);
    for (const { key, isLastOfIndex } of await readFixtureSegments(name)) {
      if (isLastOfIndex) continue;
      const bytes = await replica.get(key);
      await replica.remove(key);
      await assertRefused(replica, { code: "object-missing", key });
      await replica.put(key, bytes);
    }
  });

  Deno.test(`restore() names the first segment of a WAL that is missing as a whole (${name})`, async () => {
    const segments = await readFixtureSegments(name);
    for (const { key, index } of segments.filter(({ offset, isLast }) => offset === 0 && !isLast)) {
      if (index === segments.at(-1)?.index) continue;
      await using replica = await copyFixture(name);
      for (const segment of segments) if (segment.index === index) await replica.remove(segment.key);
      await assertRefused(replica, { code: "object-missing", key });
    }
  });

  Deno.test(`restore() cannot notice that the last segment of a WAL is missing before another WAL: the format does not tell (${name})`, async () => {
    await using replica = await copyFixture(name);
    const { db_sha256 } = await readFixtureMeta(name);
    const digests = new Set<string>();
    for (const { key, isLastOfIndex, isLast } of await readFixtureSegments(name)) {
      if (!isLastOfIndex || isLast) continue;
      const bytes = await replica.get(key);
      await replica.remove(key);
      digests.add(sha256(await replica.restoredBytes()));
      await replica.put(key, bytes);
    }
    digests.delete(db_sha256);
    assert(digests.size > 0, "each was made up for by the next WAL");
  });

  Deno.test(`restore() gives an earlier state when the very last segment is missing (${name})`, async () => {
    await using replica = await copyFixture(name);
    const segments = await readFixtureSegments(name);
    for (const { key, index, offset } of segments.slice(-1)) {
      await replica.remove(key);
      const result = await replica.restore();
      if (offset > 0) assertEquals([result?.position.index, result?.position.offset], [index, offset]);
      else assertEquals(result?.position.index, index - 1);
      assertEquals(result?.objects, segments.length);
    }
  });
}

Deno.test("restore() finds nothing when the only snapshot is missing", async () => {
  await using replica = await copyFixture("p512");
  for (const key of await replica.keys()) if (key.includes("/snapshots/")) await replica.remove(key);
  assertEquals(await replica.restore(), null);
  assertEquals(await replica.outputFiles(), []);
});

Deno.test("restore() keeps to its plan when the commit of a large transaction comes after the listing", async () => {
  const history = await recordHistory(65_536, [["INSERT INTO item (body) VALUES ('a')"]]);
  const first = segmentAt(history, 0);
  const pages = Array.from({ length: 700 }, (_, i) => new Uint8Array(65_536).fill(i % 251));
  const large = pages.map((page, i) => ({ pageNumber: i + 1, commitPageCount: i === 699 ? 700 : 0, page }));
  const wal = buildWal(headerOf(first.plain), [...framesOf(first.plain), ...large]);
  const cut = wal.byteLength - 50 * (65_536 + 24);
  await using replica = await ReplicaFolder.of({
    base: history.base,
    segments: [{ ...first, plain: wal.slice(0, cut) }],
  });
  const rest = await encodeFrame(wal.slice(cut));
  let hasCommitted = false;
  const onProgress = (doneBytes: number, totalBytes: number): void => {
    if (hasCommitted || doneBytes < totalBytes) return;
    hasCommitted = true;
    Deno.writeFileSync(`${replica.path}/${segmentKey(0, cut)}`, rest);
  };
  const result = await replica.restore({ onProgress });
  assertEquals(result?.position, { generation: GENERATION, index: 0, offset: cut });
  assertEquals(sha256(await Deno.readFile(replica.outputPath)), sha256(history.database));
  await Deno.remove(replica.outputPath);
  assertEquals((await replica.restoredBytes()).byteLength, 700 * 65_536);
});
