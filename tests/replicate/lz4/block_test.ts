import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { compressBlock, decompressBlock, encodeFrame, releaseBlock, writeBlock } from "../../../replicate/lz4/block.ts";
import { decodeStream } from "../../../replicate/lz4/decode_stream.ts";
import { Lz4FrameError } from "../../../replicate/lz4/frame_error.ts";
import { decodeFrameHeader, LITTLE_ENDIAN } from "../../../replicate/lz4/frame_header.ts";
import { seededRandom, withRandom } from "../../support/random.ts";

const NO_HISTORY = new Uint8Array();

const ascii = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A block of bytes that are known to compress. */
function compressed(plain: Uint8Array): Uint8Array {
  const block = compressBlock(plain);
  if (block === null) throw new Error(`Cannot compress ${plain.byteLength} bytes`);
  return block;
}

Deno.test("compressBlock() makes text smaller and decompressBlock() gives it back", () => {
  const random = seededRandom(1);
  for (const size of [500, 1000, 65_535, 65_536, 4_194_304]) {
    const plain = random.text(size);
    const block = compressed(plain);
    assert(block.byteLength < size);
    assertEquals(decompressBlock(block, size, NO_HISTORY), plain);
  }
});

Deno.test("compressBlock() is null when the block would be no smaller", () => {
  const random = seededRandom(2);
  for (const size of [0, 1, 5, 12, 100, 65_536]) assertEquals(compressBlock(random.bytes(size)), null, `${size}`);
});

Deno.test("compressBlock() reads only the bytes given when they are part of a larger array", () => {
  const file = seededRandom(3).text(3000);
  const part = file.subarray(1000, 2000);
  const block = compressed(part);
  assertEquals(decompressBlock(block, 1000, NO_HISTORY), part.slice());
});

Deno.test("releaseBlock() gives a block's memory back at once", () => {
  const block = compressed(seededRandom(4).text(1000));
  releaseBlock(block);
  assertEquals(block.byteLength, 0);
  const part = new Uint8Array(1000).subarray(100, 200);
  releaseBlock(part);
  assertEquals(part.byteLength, 100); // others have the rest
});

Deno.test("writeBlock() stores what does not compress as it is, and reports what it has written", () => {
  const noise = seededRandom(5).bytes(1000);
  const room = new Uint8Array(1004);
  assertEquals([writeBlock(noise, room), room.subarray(4)], [1004, noise]);
  assertEquals(new DataView(room.buffer).getUint32(0, LITTLE_ENDIAN), 0x8000_0000 + 1000);
  assert(writeBlock(seededRandom(5).text(1000), room) < 1000);
});

Deno.test("decompressBlock() reads blocks written by hand", () => {
  const literals = Uint8Array.of(0x50, ...ascii("hello"));
  assertEquals(decompressBlock(literals, 65_536, NO_HISTORY), ascii("hello"));
  const repeated = Uint8Array.of(0x14, ...ascii("a"), 1, 0, 0x50, ...ascii("final"));
  assertEquals(decompressBlock(repeated, 65_536, NO_HISTORY), ascii("a" + "aaaaaaaa" + "final"));
});

Deno.test("decompressBlock() refers to the history when blocks are linked", () => {
  const linked = Uint8Array.of(0x04, 8, 0, 0x50, ...ascii("final"));
  assertEquals(decompressBlock(linked, 65_536, ascii("12345678")), ascii("12345678final"));
  assertThrows(() => decompressBlock(linked, 65_536, NO_HISTORY), Lz4FrameError, "LZ4 block is damaged");
  assertThrows(() => decompressBlock(linked, 65_536, ascii("1234567")), Lz4FrameError, "LZ4 block is damaged");
});

Deno.test("decompressBlock() throws when a block holds more than it may", () => {
  const block = compressed(new Uint8Array(100_000));
  assertEquals(decompressBlock(block, 100_000, NO_HISTORY).byteLength, 100_000);
  for (const limit of [0, 1, 65_536, 99_999]) {
    assertThrows(() => decompressBlock(block, limit, NO_HISTORY), Lz4FrameError);
  }
});

Deno.test("decompressBlock() throws an Lz4FrameError or gives bytes within the limit when fed noise", async () => {
  await withRandom((random) => {
    for (let i = 0; i < 2000; i++) {
      const noise = random.bytes(random.integer(1, 60));
      const history = random.pick([NO_HISTORY, random.text(100)]);
      try {
        assert(decompressBlock(noise, 1000, history).byteLength <= 1000);
      } catch (error) {
        if (!(error instanceof Lz4FrameError)) throw error;
      }
    }
  });
});

Deno.test("encodeFrame() writes independent blocks and a content checksum", async () => {
  for (const size of [0, 1, 1000, 5_000_000]) {
    const header = decodeFrameHeader((await encodeFrame(seededRandom(4).text(size))).subarray(0, 19));
    assert(header.blocksIndependent, `${size}`);
    assert(header.hasContentChecksum, `${size}`);
  }
});

Deno.test("encodeFrame() writes a frame that decodeStream() reads", async () => {
  const random = seededRandom(5);
  for (const size of [0, 1, 65_535, 65_536, 65_537, 1_000_000]) {
    for (const plain of [random.text(size), random.bytes(size)]) {
      const decoded = Buffer.concat(await Array.fromAsync(decodeStream([await encodeFrame(plain)])));
      assert(decoded.equals(plain), `${size}`);
    }
  }
});

Deno.test("encodeFrame() owns its result when another frame is written after", async () => {
  const first = await encodeFrame(ascii("the first of two small frames"));
  const copy = first.slice();
  await encodeFrame(ascii("the second one, of other content"));
  assertEquals(first, copy);
  assertEquals(first.byteLength, first.buffer.byteLength);
});
