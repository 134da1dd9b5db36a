import { assert, assertEquals, assertThrows } from "@std/assert";
import { xxh32 } from "../../../replicate/lz4/content_checksum.ts";
import { Lz4FrameError } from "../../../replicate/lz4/frame_error.ts";
import {
  decodeFrameHeader,
  encodeStreamHeader,
  FRAME_HEADER_BYTES_MAX,
  FRAME_HEADER_BYTES_MIN,
  type Lz4FrameHeader,
} from "../../../replicate/lz4/frame_header.ts";

/** What Litestream v0.3 begins its objects with. */
const LITESTREAM = Uint8Array.fromHex("04224d18" + "6470b9");

const OURS: Lz4FrameHeader = {
  sizeBytes: 7,
  blockBytesMax: 65_536,
  blocksIndependent: true,
  hasBlockChecksums: false,
  hasContentChecksum: true,
  contentBytes: null,
};

/** A header with a descriptor of one's own and the checksum that belongs to it. */
function headerWith(descriptor: readonly number[]): Uint8Array {
  const checksum = (xxh32(Uint8Array.from(descriptor)) >>> 8) & 0xff;
  return Uint8Array.of(0x04, 0x22, 0x4d, 0x18, ...descriptor, checksum);
}

Deno.test("encodeStreamHeader() writes independent blocks of 64 KiB and a content checksum", () => {
  assertEquals(encodeStreamHeader().toHex(), "04224d18" + "6440a7");
});

Deno.test("decodeFrameHeader() gives back what encodeStreamHeader() wrote", () => {
  assertEquals(decodeFrameHeader(encodeStreamHeader()), OURS);
});

Deno.test("decodeFrameHeader() reads the header that Litestream writes", () => {
  assertEquals(decodeFrameHeader(LITESTREAM), { ...OURS, blockBytesMax: 4_194_304 });
});

Deno.test("decodeFrameHeader() reads every flag and block size that the format has", () => {
  const size = [0x88, 0x77, 0x66, 0x55, 0x44, 0x03, 0, 0];
  const cases: readonly [descriptor: number[], expected: Partial<Lz4FrameHeader>][] = [
    [[0x64, 0x40], {}],
    [[0x64, 0x50], { blockBytesMax: 262_144 }],
    [[0x64, 0x60], { blockBytesMax: 1_048_576 }],
    [[0x64, 0x70], { blockBytesMax: 4_194_304 }],
    [[0x44, 0x40], { blocksIndependent: false }],
    [[0x74, 0x40], { hasBlockChecksums: true }],
    [[0x60, 0x40], { hasContentChecksum: false }],
    [[0x6c, 0x40, 0, 0, 0, 0, 0, 0, 0, 0], { sizeBytes: 15, contentBytes: 0 }],
    [[0x6c, 0x40, ...size], { sizeBytes: 15, contentBytes: 0x03_44_55_66_77_88 }],
  ];
  for (const [descriptor, expected] of cases) {
    assertEquals(decodeFrameHeader(headerWith(descriptor)), { ...OURS, ...expected });
  }
});

Deno.test("decodeFrameHeader() reads only the header when more follows, wherever the bytes begin", () => {
  const file = new Uint8Array(50).fill(0xaa);
  file.set(headerWith([0x6c, 0x40, 9, 0, 0, 0, 0, 0, 0, 0]), 3);
  assertEquals(decodeFrameHeader(file.subarray(3)), { ...OURS, sizeBytes: 15, contentBytes: 9 });
});

Deno.test("decodeFrameHeader() refuses a header that is of an unknown kind", () => {
  const cases: readonly [bytes: Uint8Array, message: string][] = [
    [Uint8Array.fromHex("02214c18" + "6440a7"), "magic number"], // the legacy format
    [Uint8Array.fromHex("502a4d18" + "000000"), "magic number"], // a skippable frame
    [Uint8Array.fromHex("28b52ffd" + "6440a7"), "magic number"], // zstd
    [new Uint8Array(FRAME_HEADER_BYTES_MAX), "magic number"],
    [headerWith([0x24, 0x40]), "unknown version 0"],
    [headerWith([0xa4, 0x40]), "unknown version 2"],
    [headerWith([0xe4, 0x40]), "unknown version 3"],
    [headerWith([0x64, 0x00]), "unknown block size"],
    [headerWith([0x64, 0x10]), "unknown block size"],
    [headerWith([0x64, 0x20]), "unknown block size"],
    [headerWith([0x64, 0x30]), "unknown block size"],
    [headerWith([0x65, 0x40, 1, 2, 3, 4]), "dictionary"],
    [headerWith([0x66, 0x40]), "reserved"],
    [headerWith([0x64, 0xc0]), "reserved"],
    [headerWith([0x64, 0x41]), "reserved"],
  ];
  for (const [bytes, message] of cases) assertThrows(() => decodeFrameHeader(bytes), Lz4FrameError, message);
});

Deno.test("decodeFrameHeader() refuses a header that is cut short", () => {
  const headers = [LITESTREAM, headerWith([0x6c, 0x40, 9, 0, 0, 0, 0, 0, 0, 0]), headerWith([0x65, 0x40, 1, 2, 3, 4])];
  for (const header of headers) {
    for (let size = 0; size < header.byteLength; size++) {
      assertThrows(() => decodeFrameHeader(header.subarray(0, size)), Lz4FrameError, "ends within its header");
    }
  }
});

Deno.test("decodeFrameHeader() refuses a header when any one bit is flipped", () => {
  for (const header of [encodeStreamHeader(), LITESTREAM, headerWith([0x6c, 0x40, 9, 0, 0, 0, 0, 0, 0, 0])]) {
    for (let bit = 0; bit < header.byteLength * 8; bit++) {
      const damaged = new Uint8Array(FRAME_HEADER_BYTES_MAX);
      damaged.set(header);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assertThrows(() => decodeFrameHeader(damaged), Lz4FrameError);
    }
  }
});

Deno.test("FRAME_HEADER_BYTES_MIN is the size of the shortest header", () => {
  assertEquals(encodeStreamHeader().byteLength, FRAME_HEADER_BYTES_MIN);
  assert(FRAME_HEADER_BYTES_MIN < FRAME_HEADER_BYTES_MAX);
});
