import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { decodeStream } from "../../../replicate/lz4/decode_stream.ts";
import { encodeStream } from "../../../replicate/lz4/encode_stream.ts";
import { seededRandom, withRandom } from "../../support/random.ts";

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const BLOCK_BYTES = 65_536;

async function encode(chunks: Chunks): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(encodeStream(chunks)));
}

async function decode(chunks: Chunks): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(decodeStream(chunks)));
}

Deno.test("encodeStream() writes these very bytes when there is little to write", async () => {
  const frame = (middle: string): string => "04224d186440a7" + middle;
  assertEquals((await encode([])).toString("hex"), frame("00000000" + "055dcc02"));
  assertEquals((await encode([new Uint8Array()])).toString("hex"), frame("00000000" + "055dcc02"));
  const stored = "03000080" + "616263";
  assertEquals((await encode([Buffer.from("abc")])).toString("hex"), frame(stored + "00000000" + "ff53d132"));
});

Deno.test("encodeStream() and decodeStream() give back what they were given", async () => {
  const random = seededRandom(1);
  for (const size of [0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_000]) {
    for (const plain of [random.text(size), random.bytes(size), new Uint8Array(size)]) {
      assert((await decode([await encode([plain])])).equals(plain), `${size}`);
    }
  }
});

Deno.test("encodeStream() writes the same frame whatever the pieces", async () => {
  await withRandom(async (random) => {
    const plain = random.text(300_000);
    const whole = await encode([plain]);
    for (const maxPieceBytes of [1000, 65_536, 65_537, 200_000]) {
      assert((await encode(random.pieces(plain, maxPieceBytes))).equals(whole));
      assert((await encode(ReadableStream.from(random.pieces(plain, maxPieceBytes)))).equals(whole));
    }
  });
});

Deno.test("encodeStream() gives no piece larger than a block, however large its input", async () => {
  const random = seededRandom(2);
  for (const plain of [random.bytes(1_000_000), random.text(1_000_000), new Uint8Array(10_000_000)]) {
    for await (const piece of encodeStream([plain])) assert(piece.byteLength <= BLOCK_BYTES + 4);
  }
});

Deno.test("encodeStream() adds no more than the frame's own bytes when nothing can be compressed", async () => {
  const blocks = 16;
  const plain = seededRandom(3).bytes(blocks * BLOCK_BYTES);
  assertEquals((await encode([plain])).byteLength, 7 + blocks * (4 + BLOCK_BYTES) + 8);
});

Deno.test("encodeStream() gives pieces that stay as they are while it goes on", async () => {
  for (const plain of [seededRandom(4).text(300_000), seededRandom(4).bytes(300_000)]) {
    const pieces: [piece: Uint8Array, copy: Uint8Array][] = [];
    for await (const piece of encodeStream([plain])) pieces.push([piece, piece.slice()]);
    for (const [piece, copy] of pieces) assertEquals(piece, copy);
  }
});

Deno.test("encodeStream() reads each chunk before it asks for the next", async () => {
  const plain = seededRandom(5).text(300_000);
  function* reusingOneBuffer(): Generator<Uint8Array> {
    const buffer = new Uint8Array(1000);
    for (let start = 0; start < plain.byteLength; start += 1000) {
      buffer.set(plain.subarray(start, start + 1000));
      yield buffer;
    }
  }
  assert((await decode([await encode(reusingOneBuffer())])).equals(plain));
});

Deno.test("encodeStream() passes on the error and writes no end when its source fails", async () => {
  const pieces: Uint8Array[] = [];
  async function run(): Promise<void> {
    const source = function* (): Generator<Uint8Array> {
      yield new Uint8Array(100_000);
      throw new RangeError("disk failed");
    };
    for await (const piece of encodeStream(source())) pieces.push(piece);
  }
  await assertRejects(run, RangeError, "disk failed");
  await assertRejects(() => decode(pieces), Error, "LZ4 frame ends where a block's size was expected");
});

Deno.test("encodeStream() ends its source when its reader stops early", async () => {
  let ended = 0;
  function* source(): Generator<Uint8Array> {
    try {
      for (;;) yield new Uint8Array(BLOCK_BYTES);
    } finally {
      ended++;
    }
  }
  let pieces = 0;
  for await (const _ of encodeStream(source())) {
    if (++pieces === 3) break;
  }
  assertEquals(ended, 1);
});
