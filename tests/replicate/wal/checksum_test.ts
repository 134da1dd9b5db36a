import { assert, assertEquals } from "@std/assert";
import {
  type ByteOrder,
  type Checksum,
  CHECKSUM_SEED,
  checksumsEqual,
  checksumWords,
  continueChecksum,
} from "../../../replicate/wal/checksum.ts";
import { seededRandom } from "../../support/random.ts";

const BYTE_ORDERS: readonly ByteOrder[] = ["little-endian", "big-endian"];

/** The formula of SQLite's file format document, §4.2, in numbers without a limit. */
function checksumByTheBook(from: Checksum, bytes: Uint8Array, byteOrder: ByteOrder): Checksum {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let s0 = BigInt(from.s0);
  let s1 = BigInt(from.s1);
  for (let i = 0; i < bytes.byteLength; i += 8) {
    s0 = (s0 + BigInt(view.getUint32(i, byteOrder === "little-endian")) + s1) % 2n ** 32n;
    s1 = (s1 + BigInt(view.getUint32(i + 4, byteOrder === "little-endian")) + s0) % 2n ** 32n;
  }
  return { s0: Number(s0), s1: Number(s1) };
}

function checksum(from: Checksum, bytes: Uint8Array, byteOrder: ByteOrder): Checksum {
  const words = checksumWords(bytes, byteOrder);
  return continueChecksum(from, words, 0, words.length);
}

Deno.test("checksumWords() reads words in the order of the WAL", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 0xff, 0, 0, 0x80);
  assertEquals([...checksumWords(bytes, "little-endian")], [0x04030201, 0x800000ff]);
  assertEquals([...checksumWords(bytes, "big-endian")], [0x01020304, 0xff000080]);
});

Deno.test("checksumWords() reads the same words when the bytes begin at an odd address", () => {
  const aligned = seededRandom(1).bytes(64);
  for (const shift of [1, 2, 3]) {
    const shifted = new Uint8Array(64 + shift).subarray(shift);
    shifted.set(aligned);
    for (const byteOrder of BYTE_ORDERS) {
      assertEquals([...checksumWords(shifted, byteOrder)], [...checksumWords(aligned, byteOrder)]);
    }
  }
});

Deno.test("checksumWords() reads only the bytes given when they are part of a larger array", () => {
  const bytes = Uint8Array.of(9, 9, 9, 9, 1, 0, 0, 0, 9, 9, 9, 9).subarray(4, 8);
  assertEquals([...checksumWords(bytes, "little-endian")], [1]);
  assertEquals([...checksumWords(bytes, "big-endian")], [0x01000000]);
});

Deno.test("checksumWords() leaves out a tail of less than a word", () => {
  for (const size of [4, 5, 6, 7]) {
    for (const byteOrder of BYTE_ORDERS) assertEquals(checksumWords(new Uint8Array(size), byteOrder).length, 1);
  }
});

Deno.test("continueChecksum() gives the sums worked out by hand", () => {
  const cases: readonly [from: Checksum, words: number[], expected: Checksum][] = [
    [CHECKSUM_SEED, [], { s0: 0, s1: 0 }],
    [CHECKSUM_SEED, [1, 2], { s0: 1, s1: 3 }],
    [CHECKSUM_SEED, [1, 2, 3, 4], { s0: 7, s1: 14 }],
    [{ s0: 7, s1: 14 }, [5, 6], { s0: 26, s1: 46 }],
    [{ s0: 0xffff_ffff, s1: 0 }, [1, 0], { s0: 0, s1: 0 }],
    [{ s0: 0xffff_ffff, s1: 0xffff_ffff }, [0, 0], { s0: 0xffff_fffe, s1: 0xffff_fffd }],
  ];
  for (const [from, words, expected] of cases) {
    assertEquals(continueChecksum(from, Uint32Array.from(words), 0, words.length), expected);
  }
});

Deno.test("continueChecksum() adds the words of its range only", () => {
  const words = Uint32Array.of(9, 9, 1, 2, 3, 4, 9, 9);
  assertEquals(continueChecksum(CHECKSUM_SEED, words, 2, 6), { s0: 7, s1: 14 });
});

Deno.test("continueChecksum() agrees with SQLite's document when sums overflow", () => {
  const random = seededRandom(2);
  for (const byteOrder of BYTE_ORDERS) {
    for (const size of [8, 24, 512, 4096, 65_536]) {
      const from = { s0: random.integer(0, 0xffff_ffff), s1: random.integer(0, 0xffff_ffff) };
      const bytes = random.bytes(size);
      assertEquals(checksum(from, bytes, byteOrder), checksumByTheBook(from, bytes, byteOrder));
    }
  }
});

Deno.test("continueChecksum() gives one sum whether words come at once or in turns", () => {
  const words = checksumWords(seededRandom(3).bytes(800), "little-endian");
  const whole = continueChecksum(CHECKSUM_SEED, words, 0, words.length);
  for (let cut = 0; cut <= words.length; cut += 2) {
    const first = continueChecksum(CHECKSUM_SEED, words, 0, cut);
    assertEquals(continueChecksum(first, words, cut, words.length), whole);
  }
});

Deno.test("checksumsEqual() is true only when both sums are the same", () => {
  assert(checksumsEqual({ s0: 1, s1: 2 }, { s0: 1, s1: 2 }));
  assert(!checksumsEqual({ s0: 1, s1: 2 }, { s0: 1, s1: 3 }));
  assert(!checksumsEqual({ s0: 1, s1: 2 }, { s0: 3, s1: 2 }));
  assert(!checksumsEqual({ s0: 1, s1: 2 }, { s0: 2, s1: 1 }));
});
