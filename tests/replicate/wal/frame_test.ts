import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  continueFrameChecksum,
  decodeFrameHeader,
  encodeFrame,
  FRAME_HEADER_BYTES,
  frameBytes,
  frameChecksum,
  framesBelow,
} from "../../../replicate/wal/frame.ts";
import { checksumWords } from "../../../replicate/wal/checksum.ts";
import { encodeWalHeader, WAL_HEADER_BYTES } from "../../../replicate/wal/header.ts";
import { seededRandom } from "../../support/random.ts";
import { buildWal, framesOf, headerOf, PAGE_SIZES, recordWal, withByteOrder } from "../../support/wal_builder.ts";

const HEADER = headerOf(encodeWalHeader({
  byteOrder: "little-endian",
  pageBytes: 512,
  sequence: 0,
  salt: { salt1: 0x0a0b0c0d, salt2: 0xf1f2f3f4 },
}));

Deno.test("encodeFrame() writes the fields of SQLite's document when given a page", () => {
  const page = seededRandom(1).bytes(512);
  const bytes = encodeFrame(HEADER, HEADER.checksum, { pageNumber: 0x01020304, commitPageCount: 0xfffefdfc, page });
  assertEquals(bytes.byteLength, frameBytes(512));
  assertEquals(bytes.subarray(0, 16).toHex(), "01020304" + "fffefdfc" + "0a0b0c0d" + "f1f2f3f4");
  assertEquals(bytes.slice(FRAME_HEADER_BYTES), page);
});

Deno.test("decodeFrameHeader() gives back what encodeFrame() wrote", () => {
  const page = seededRandom(2).bytes(512);
  const bytes = encodeFrame(HEADER, HEADER.checksum, { pageNumber: 0xffff_ffff, commitPageCount: 7, page });
  assertEquals(decodeFrameHeader(bytes), {
    pageNumber: 0xffff_ffff,
    commitPageCount: 7,
    salt: HEADER.salt,
    checksum: frameChecksum(bytes, "little-endian", HEADER.checksum),
  });
});

Deno.test("decodeFrameHeader() reads at an offset when the bytes are part of a larger array", () => {
  const page = seededRandom(3).bytes(512);
  const frame = encodeFrame(HEADER, HEADER.checksum, { pageNumber: 5, commitPageCount: 0, page });
  const file = new Uint8Array(7 + 11 + frame.byteLength).fill(0xee);
  file.set(frame, 7 + 11);
  assertEquals(decodeFrameHeader(file.subarray(7), 11), decodeFrameHeader(frame));
});

Deno.test("decodeFrameHeader() throws a RangeError when the array ends within the header", () => {
  for (let size = 0; size < FRAME_HEADER_BYTES; size++) {
    assertThrows(() => decodeFrameHeader(new Uint8Array(size)), RangeError);
    assertThrows(() => decodeFrameHeader(new Uint8Array(100 + size), 100), RangeError);
  }
});

for (const pageBytes of PAGE_SIZES) {
  Deno.test(`encodeFrame() writes a WAL of SQLite anew byte for byte when pages have ${pageBytes}`, async () => {
    const { wal } = await recordWal(pageBytes);
    const frames = framesOf(wal);
    assertEquals(wal.byteLength, WAL_HEADER_BYTES + frames.length * frameBytes(pageBytes));
    assert(frames.length >= 4, "three transactions, one of several pages");
    assertEquals(frames.filter(({ commitPageCount }) => commitPageCount > 0).length, 3);
    assertEquals(buildWal(headerOf(wal), frames), wal);
  });

  Deno.test(`encodeFrame() gives the first WAL back when pages of ${pageBytes} went through the other byte order`, async () => {
    const { wal } = await recordWal(pageBytes);
    const big = withByteOrder(wal, "big-endian");
    assertEquals(big.byteLength, wal.byteLength);
    assertNotEquals(big, wal);
    assertEquals(withByteOrder(big, "little-endian"), wal);
  });
}

Deno.test("frameChecksum() leaves out the salt and the checksum when it reads a frame", () => {
  const page = seededRandom(4).bytes(512);
  const frame = encodeFrame(HEADER, HEADER.checksum, { pageNumber: 5, commitPageCount: 0, page });
  const expected = frameChecksum(frame, "little-endian", HEADER.checksum);
  for (let offset = 0; offset < frame.byteLength; offset++) {
    const changed = frame.slice();
    changed[offset] = (changed[offset] ?? 0) ^ 0x10;
    const isCovered = offset < 8 || offset >= FRAME_HEADER_BYTES;
    const actual = frameChecksum(changed, "little-endian", HEADER.checksum);
    assertEquals(actual.s0 !== expected.s0 || actual.s1 !== expected.s1, isCovered, `byte ${offset}`);
  }
});

Deno.test("continueFrameChecksum() agrees with frameChecksum() when the frame is one of a run", () => {
  const random = seededRandom(5);
  const run = random.bytes(3 * frameBytes(1024));
  for (const byteOrder of ["little-endian", "big-endian"] as const) {
    const words = checksumWords(run, byteOrder);
    for (const start of [0, frameBytes(1024), 2 * frameBytes(1024)]) {
      const frame = run.subarray(start, start + frameBytes(1024));
      const expected = frameChecksum(frame, byteOrder, HEADER.checksum);
      assertEquals(continueFrameChecksum(HEADER.checksum, words, start, frameBytes(1024)), expected);
    }
  }
});

Deno.test("framesBelow() counts the frames that end at or before the offset", () => {
  const cases: readonly [offset: number, pageBytes: number, expected: number][] = [
    [0, 4096, 0],
    [32, 4096, 0],
    [32 + 4120, 4096, 1],
    [32 + 4120 * 3, 4096, 3],
    [32 + 4120 * 3 - 1, 4096, 2],
    [32 + 536, 512, 1],
    [32 + 65_560 * 1000, 65_536, 1000],
  ];
  for (const [offset, pageBytes, expected] of cases) {
    assertEquals(framesBelow(offset, pageBytes), expected, `${offset}, ${pageBytes}`);
  }
});
