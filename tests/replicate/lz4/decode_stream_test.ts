import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { compressBlock, encodeFrame } from "../../../replicate/lz4/block.ts";
import { xxh32 } from "../../../replicate/lz4/content_checksum.ts";
import { decodeStream } from "../../../replicate/lz4/decode_stream.ts";
import { encodeStream } from "../../../replicate/lz4/encode_stream.ts";
import { Lz4FrameError } from "../../../replicate/lz4/frame_error.ts";
import { LITTLE_ENDIAN } from "../../../replicate/lz4/frame_header.ts";
import { seededRandom, withRandom } from "../../support/random.ts";

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const FLAGS = { independent: 0x20, blockChecksums: 0x10, contentSize: 0x08, contentChecksum: 0x04 };

async function decode(chunks: Chunks): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(decodeStream(chunks)));
}

async function encode(plain: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await Array.fromAsync(encodeStream([plain]))));
}

/** A little-endian number of 32 bits. */
function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, LITTLE_ENDIAN);
  return bytes;
}

/** The first bytes of a frame, with the checksum that belongs to them. */
function header(flags: number, blockSizeCode: number, contentBytes?: number): Uint8Array {
  const size = contentBytes === undefined ? [] : [...u32(contentBytes), 0, 0, 0, 0];
  const descriptor = Uint8Array.of(0x40 | flags, blockSizeCode << 4, ...size);
  return Uint8Array.of(0x04, 0x22, 0x4d, 0x18, ...descriptor, (xxh32(descriptor) >>> 8) & 0xff);
}

function compressedBlock(bytes: Uint8Array): Uint8Array[] {
  return [u32(bytes.byteLength), bytes];
}

/** A compressed block of zeros: the smallest that says so much. */
function zeroBlock(plainBytes: number): Uint8Array[] {
  const block = compressBlock(new Uint8Array(plainBytes));
  if (block === null) throw new Error(`Cannot compress ${plainBytes} bytes`);
  return compressedBlock(block);
}

function storedBlock(bytes: Uint8Array): Uint8Array[] {
  return [u32(bytes.byteLength + 0x8000_0000), bytes];
}

Deno.test("decodeStream() gives the same bytes whatever the pieces", async () => {
  await withRandom(async (random) => {
    const plain = Buffer.concat([random.text(150_000), random.bytes(150_000)]);
    for (const frame of [await encode(plain), await encodeFrame(plain)]) {
      assert((await decode([frame])).equals(plain));
      for (const maxPieceBytes of [7, 1000, 65_536, 200_000]) {
        assert((await decode(random.pieces(frame, maxPieceBytes))).equals(plain));
        assert((await decode(ReadableStream.from(random.pieces(frame, maxPieceBytes)))).equals(plain));
      }
    }
  });
});

Deno.test("decodeStream() says where a frame is cut", async () => {
  const flags = FLAGS.independent | FLAGS.blockChecksums | FLAGS.contentChecksum;
  const frame = [header(flags, 4), ...storedBlock(Buffer.from("a")), u32(0x550d7456), u32(0), u32(0x550d7456)];
  const whole = Buffer.concat(frame);
  assertEquals(String(await decode(frame)), "a");
  const cases: readonly [size: number, message: string][] = [
    [6, "ends within its header"],
    [7, "ends where a block's size was expected"],
    [11, "ends within a block"],
    [15, "ends where a block's checksum was expected"],
    [19, "ends where a block's size was expected"],
    [20, "ends where its content checksum was expected"],
  ];
  for (const [size, message] of cases) {
    await assertRejects(() => decode([whole.subarray(0, size)]), Lz4FrameError, message);
  }
});

Deno.test("decodeStream() refers to every block before when linked blocks are small", async () => {
  const matchOf8At = (offset: number): Uint8Array => Uint8Array.of(0x04, offset, 0, 0x50, ...Buffer.from("final"));
  const blocks = [
    ...storedBlock(Buffer.from("12345678")),
    ...storedBlock(Buffer.from("abcd")),
    ...compressedBlock(matchOf8At(12)), // "12345678", from two blocks before
    ...compressedBlock(matchOf8At(17)), // "abcd1234", across the border of two blocks
  ];
  assertEquals(
    String(await decode([header(0, 4), ...blocks, u32(0)])),
    "12345678abcd" + "12345678final" + "abcd1234final",
  );
  await assertRejects(() => decode([header(FLAGS.independent, 4), ...blocks, u32(0)]), Lz4FrameError, "damaged");
});

Deno.test("decodeStream() verifies the size that the header names", async () => {
  const plain = Buffer.from("12345");
  const flags = FLAGS.independent | FLAGS.contentSize;
  const frame = (size: number): Uint8Array[] => [header(flags, 4, size), ...storedBlock(plain), u32(0)];
  assertEquals(String(await decode(frame(5))), "12345");
  for (const size of [0, 4, 6, 0xffff_ffff]) {
    await assertRejects(() => decode(frame(size)), Lz4FrameError, `holds 5 bytes where its header says ${size}`);
  }
});

Deno.test("decodeStream() verifies the checksum of each block", async () => {
  const plain = Buffer.from("12345");
  const flags = FLAGS.independent | FLAGS.blockChecksums;
  const frame = (sum: number): Uint8Array[] => [header(flags, 4), ...storedBlock(plain), u32(sum), u32(0)];
  assertEquals(String(await decode(frame(xxh32(plain)))), "12345");
  await assertRejects(() => decode(frame(xxh32(plain) ^ 1)), Lz4FrameError, "block does not match its checksum");
});

Deno.test("decodeStream() verifies the checksum of the content", async () => {
  const frame = [header(FLAGS.independent | FLAGS.contentChecksum, 4), ...storedBlock(Buffer.from("a")), u32(0)];
  assertEquals(String(await decode([...frame, u32(0x550d7456)])), "a");
  await assertRejects(() => decode([...frame, u32(0x550d7457)]), Lz4FrameError, "content checksum");
});

Deno.test("decodeStream() refuses blocks that are larger than the frame allows", async () => {
  const bomb = [header(FLAGS.independent, 4), ...zeroBlock(65_537), u32(0)];
  await assertRejects(() => decode(bomb), Lz4FrameError, "damaged");
  const stored = [header(FLAGS.independent, 4), ...storedBlock(new Uint8Array(65_537)), u32(0)];
  await assertRejects(() => decode(stored), Lz4FrameError, "larger than its frame allows");
  const claim = [header(FLAGS.independent, 7), u32(0x7fff_ffff)];
  await assertRejects(() => decode(claim), Lz4FrameError, "larger than its frame allows");
});

Deno.test("decodeStream() gives a decompression bomb in pieces no larger than a block, as it is read", async () => {
  const blocks = 64;
  for (const [code, blockBytes] of [[4, 65_536], [7, 4_194_304]] as const) {
    const bomb = [header(FLAGS.independent, code), ...Array(blocks).fill(zeroBlock(blockBytes)).flat(), u32(0)];
    assert(Buffer.concat(bomb).byteLength * 200 < blocks * blockBytes);
    let pulled = 0;
    const source = function* (): Generator<Uint8Array> {
      for (const chunk of bomb) yield (pulled++, chunk);
    };
    let pieces = 0;
    for await (const piece of decodeStream(source())) {
      pieces++;
      assertEquals(piece.byteLength, blockBytes);
      assert(pulled <= 4 + 2 * pieces, "no block is read before the one in front of it is taken");
    }
    assertEquals(pieces, blocks);
  }
});

Deno.test("decodeStream() ends its source when its reader stops early and when the frame is damaged", async () => {
  const frame = await encode(seededRandom(4).bytes(300_000));
  let ended = 0;
  function* source(bytes: Uint8Array): Generator<Uint8Array> {
    try {
      for (let start = 0; start < bytes.byteLength; start += 1000) yield bytes.subarray(start, start + 1000);
    } finally {
      ended++;
    }
  }
  for await (const _ of decodeStream(source(frame))) break;
  assertEquals(ended, 1);
  await assertRejects(() => decode(source(frame.subarray(1))), Lz4FrameError);
  assertEquals(ended, 2);
});

Deno.test("decodeStream() passes on the error when its source fails", async () => {
  const frame = await encode(seededRandom(5).text(200));
  const source = function* (): Generator<Uint8Array> {
    yield frame.subarray(0, 50);
    throw new RangeError("connection lost");
  };
  await assertRejects(() => decode(source()), RangeError, "connection lost");
});
