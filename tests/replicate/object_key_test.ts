import { assert, assertEquals } from "@std/assert";
import { newGeneration } from "../../replicate/generation.ts";
import {
  formatSegmentKey,
  formatSnapshotKey,
  generationPrefix,
  GENERATIONS_PREFIX,
  parseObjectKey,
  walPrefix,
} from "../../replicate/object_key.ts";
import { INDEX_MAX, OFFSET_MAX } from "../../replicate/position.ts";
import { withRandom } from "../support/random.ts";

const GENERATION = newGeneration((bytes) => bytes.fill(0xab));
const ROOT = "generations/abababababababab";

Deno.test("formatSnapshotKey() and parseObjectKey() mirror each other", () => {
  const cases: readonly [index: number, key: string][] = [
    [0, `${ROOT}/snapshots/00000000.snapshot.lz4`],
    [0x10, `${ROOT}/snapshots/00000010.snapshot.lz4`],
    [INDEX_MAX, `${ROOT}/snapshots/7fffffff.snapshot.lz4`],
  ];
  for (const [index, key] of cases) {
    assertEquals(formatSnapshotKey({ generation: GENERATION, index }), key);
    assertEquals<unknown>(parseObjectKey(key), { type: "snapshot", generation: GENERATION, index });
  }
});

Deno.test("formatSegmentKey() and parseObjectKey() mirror each other", () => {
  const cases: readonly [index: number, offset: number, key: string][] = [
    [0, 0, `${ROOT}/wal/00000000_00000000.wal.lz4`],
    [0, 16_512, `${ROOT}/wal/00000000_00004080.wal.lz4`],
    [0xabc, 32, `${ROOT}/wal/00000abc_00000020.wal.lz4`],
    [INDEX_MAX, OFFSET_MAX, `${ROOT}/wal/7fffffff_ffffffff.wal.lz4`],
    [1, OFFSET_MAX + 1, `${ROOT}/wal/00000001_100000000.wal.lz4`],
    [1, Number.MAX_SAFE_INTEGER, `${ROOT}/wal/00000001_1fffffffffffff.wal.lz4`],
  ];
  for (const [index, offset, key] of cases) {
    assertEquals(formatSegmentKey({ generation: GENERATION, index, offset }), key);
    assertEquals<unknown>(parseObjectKey(key), { type: "segment", generation: GENERATION, index, offset });
  }
});

Deno.test("parseObjectKey() gives back any key that was formatted", async () => {
  await withRandom((random) => {
    for (let i = 0; i < 1000; i++) {
      const generation = newGeneration(() => random.bytes(8));
      const index = random.integer(0, INDEX_MAX);
      const offset = random.integer(0, random.pick([100, OFFSET_MAX, Number.MAX_SAFE_INTEGER]));
      const segment = formatSegmentKey({ generation, index, offset });
      assertEquals<unknown>(parseObjectKey(segment), { type: "segment", generation, index, offset });
      const snapshot = formatSnapshotKey({ generation, index });
      assertEquals<unknown>(parseObjectKey(snapshot), { type: "snapshot", generation, index });
    }
  });
});

Deno.test("formatSegmentKey() sorts names as places while offsets have eight digits", () => {
  const places: readonly [index: number, offset: number][] = [[0, 0], [0, 32], [0, OFFSET_MAX], [1, 0], [0x10, 9]];
  const keys = places.map(([index, offset]) => formatSegmentKey({ generation: GENERATION, index, offset }));
  assertEquals(keys.toSorted(), keys);
});

Deno.test("walPrefix() and generationPrefix() begin the keys of one WAL and of one generation only", () => {
  const key = formatSegmentKey({ generation: GENERATION, index: 0x12, offset: 32 });
  assert(key.startsWith(walPrefix(GENERATION, 0x12)));
  assert(!key.startsWith(walPrefix(GENERATION, 0x1)));
  assertEquals(generationPrefix(GENERATION), `${GENERATIONS_PREFIX}abababababababab/`);
  assert(key.startsWith(generationPrefix(GENERATION)));
});

const SEGMENT = "00000001_00000020.wal.lz4";

const HOSTILE: Readonly<Record<string, readonly string[]>> = {
  "it is no path": ["", "/", "generations", "generations/", ROOT, `${ROOT}/`, `${ROOT}/wal`, `${ROOT}/wal/`],
  "letters are upper-case": [
    `${ROOT}/wal/0000000A_00000020.wal.lz4`,
    `${ROOT}/wal/00000001_0000002A.wal.lz4`,
    `${ROOT}/snapshots/0000000A.snapshot.lz4`,
    `generations/ABABABABABABABAB/wal/${SEGMENT}`,
    `Generations/abababababababab/wal/${SEGMENT}`,
    `${ROOT}/WAL/${SEGMENT}`,
    `${ROOT}/wal/00000001_00000020.wal.LZ4`,
  ],
  "there are too few or too many digits": [
    `${ROOT}/wal/0000001_00000020.wal.lz4`,
    `${ROOT}/wal/000000001_00000020.wal.lz4`,
    `${ROOT}/wal/00000001_0000020.wal.lz4`,
    `${ROOT}/wal/00000001_00000000000000020.wal.lz4`,
    `${ROOT}/snapshots/0000001.snapshot.lz4`,
    `${ROOT}/snapshots/000000001.snapshot.lz4`,
    `generations/ababababababab/wal/${SEGMENT}`,
    `generations/ababababababababab/wal/${SEGMENT}`,
  ],
  "a number is too large": [
    `${ROOT}/wal/80000000_00000020.wal.lz4`,
    `${ROOT}/wal/ffffffff_00000020.wal.lz4`,
    `${ROOT}/snapshots/80000000.snapshot.lz4`,
    `${ROOT}/wal/00000001_20000000000000.wal.lz4`,
    `${ROOT}/wal/00000001_ffffffffffffffff.wal.lz4`,
  ],
  "the path plays tricks": [
    `/${ROOT}/wal/${SEGMENT}`,
    `./${ROOT}/wal/${SEGMENT}`,
    `../${ROOT}/wal/${SEGMENT}`,
    `db/${ROOT}/wal/${SEGMENT}`,
    `generations/../wal/${SEGMENT}`,
    `generations//abababababababab/wal/${SEGMENT}`,
    `${ROOT}//wal/${SEGMENT}`,
    `${ROOT}/wal//${SEGMENT}`,
    `${ROOT}/wal/../wal/${SEGMENT}`,
    `${ROOT}/snapshots/../wal/${SEGMENT}`,
    `${ROOT}/wal/${SEGMENT}/`,
    `${ROOT}/wal/${SEGMENT}/..`,
    `${ROOT}/wal/x/${SEGMENT}`,
    `${ROOT}\\wal\\${SEGMENT}`,
    `${ROOT}/wal%2F${SEGMENT}`,
    `generations/%61babababababab/wal/${SEGMENT}`,
  ],
  "the name is a near miss": [
    `${ROOT}/wal/${SEGMENT}.tmp`,
    `${ROOT}/wal/${SEGMENT} `,
    `${ROOT}/wal/${SEGMENT}\n`,
    `${ROOT}/wal/${SEGMENT}\u0000`,
    `\n${ROOT}/wal/${SEGMENT}`,
    `x\n${ROOT}/wal/${SEGMENT}`,
    `${ROOT}/wal/00000001_00000020.wal`,
    `${ROOT}/wal/00000001_00000020xwal.lz4`,
    `${ROOT}/wal/00000001_00000020.walxlz4`,
    `${ROOT}/wal/00000001-00000020.wal.lz4`,
    `${ROOT}/wal/00000001.wal.lz4`,
    `${ROOT}/wal/+0000001_00000020.wal.lz4`,
    `${ROOT}/wal/0x000001_00000020.wal.lz4`,
    `${ROOT}/wal/-0000001_00000020.wal.lz4`,
    `${ROOT}/wal/0000000\u0661_00000020.wal.lz4`,
    `${ROOT}/wal/00000001.snapshot.lz4`,
    `${ROOT}/snapshots/${SEGMENT}`,
    `${ROOT}/snapshots/00000001xsnapshot.lz4`,
    `${ROOT}/snapshots/00000001.snapshot`,
    `${ROOT}/snapshots/00000001.snapshot.lz4.tmp`,
    `${ROOT}/snapshots/00000001.snapshot.lz4\n`,
  ],
};

for (const [reason, keys] of Object.entries(HOSTILE)) {
  Deno.test(`parseObjectKey() is null when ${reason}`, () => {
    for (const key of keys) assertEquals(parseObjectKey(key), null, JSON.stringify(key));
  });
}
