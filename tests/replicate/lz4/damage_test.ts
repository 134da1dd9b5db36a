/** Damage to LZ4 frames: whatever happens to the bytes, it is noticed. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { encodeFrame } from "../../../replicate/lz4/block.ts";
import { decodeStream } from "../../../replicate/lz4/decode_stream.ts";
import { encodeStream } from "../../../replicate/lz4/encode_stream.ts";
import { Lz4FrameError } from "../../../replicate/lz4/frame_error.ts";
import { seededRandom } from "../../support/random.ts";

async function decode(chunks: Iterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(decodeStream(chunks)));
}

async function encode(plain: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await Array.fromAsync(encodeStream([plain]))));
}

/** The plain bytes, or null where the frame was refused; any other error fails the test. */
async function decodeOrRefuse(frame: Uint8Array): Promise<Buffer | null> {
  try {
    return await decode([frame]);
  } catch (error) {
    assertInstanceOf(error, Lz4FrameError);
    return null;
  }
}

/**
 * Small frames of each kind that we write: compressed and stored. What repeats stands in two places only, so that no
 * other bytes mean the same.
 */
async function smallFrames(): Promise<[name: string, plain: Uint8Array, frame: Uint8Array][]> {
  const noise = seededRandom(2).bytes(100);
  const twice = Buffer.concat([noise.subarray(0, 60), noise.subarray(0, 90)]);
  return [
    ["encodeStream, repeated", twice, await encode(twice)],
    ["encodeStream, noise", noise, await encode(noise)],
    ["encodeStream, nothing", new Uint8Array(), await encode(new Uint8Array())],
    ["encodeFrame, repeated", twice, await encodeFrame(twice)],
    ["encodeFrame, nothing", new Uint8Array(), await encodeFrame(new Uint8Array())],
  ];
}

/**
 * How many changes of a small frame may go unnoticed as they change nothing: the last token's lower four bits say
 * nothing (15 changes), and one in 256 changes of the descriptor passes its checksum of one byte.
 */
const HARMLESS_CHANGES_MAX = 20;

/** Whether a byte is one of the descriptor or of a block, and not of a number that is compared with another. */
function mayMeanTheSame(offset: number, frame: Uint8Array): boolean {
  const isDescriptor = offset === 4 || offset === 5;
  const isBlock = offset >= 11 && offset < frame.byteLength - 8;
  return isDescriptor || isBlock;
}

Deno.test("decodeStream() reads a frame that comes byte by byte", async () => {
  for (const [name, plain, frame] of await smallFrames()) {
    const bytes = Array.from(frame, (byte) => Uint8Array.of(byte));
    assert((await decode(bytes)).equals(plain), name);
  }
});

Deno.test("decodeStream() refuses a frame that is cut at any byte", async () => {
  for (const [name, , frame] of await smallFrames()) {
    for (let size = 0; size < frame.byteLength; size++) {
      assertEquals(await decodeOrRefuse(frame.subarray(0, size)), null, `${name}, cut at ${size}`);
    }
  }
});

Deno.test("decodeStream() refuses a frame when any one byte is another, unless that means the same", async () => {
  for (const [name, plain, frame] of await smallFrames()) {
    let harmless = 0;
    for (let offset = 0; offset < frame.byteLength; offset++) {
      for (let change = 1; change < 256; change++) {
        const damaged = frame.slice();
        damaged[offset] = (damaged[offset] ?? 0) ^ change;
        const decoded = await decodeOrRefuse(damaged);
        if (decoded === null) continue;
        assert(decoded.equals(plain), `${name}, byte ${offset} changed by ${change}, gave other content`);
        assert(mayMeanTheSame(offset, frame), `${name}, byte ${offset} changed by ${change}, was not noticed`);
        harmless++;
      }
    }
    assert(harmless <= HARMLESS_CHANGES_MAX, `${name}, ${harmless} changes were not noticed`);
  }
});

Deno.test("decodeStream() refuses a frame that is followed by other bytes", async () => {
  for (const [name, , frame] of await smallFrames()) {
    for (const more of [Uint8Array.of(0), new Uint8Array(100), frame]) {
      for (const chunks of [[Buffer.concat([frame, more])], [frame, more], [frame, new Uint8Array(), more]]) {
        await assertRejects(() => decode(chunks), Lz4FrameError, "followed by other bytes", name);
      }
    }
  }
});

Deno.test("decodeStream() refuses what is no frame", async () => {
  const random = seededRandom(3);
  for (const bytes of [random.bytes(1000), random.text(1000), new Uint8Array(1000), Buffer.from("SQLite format 3\0")]) {
    await assertRejects(() => decode([bytes]), Lz4FrameError, "Not an LZ4 frame");
  }
  await assertRejects(() => decode([]), Lz4FrameError, "LZ4 frame ends within its header");
});
