import { assert, assertEquals, assertThrows } from "@std/assert";
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { type CodecResult, type RequestCoding, runCodecJob } from "../../server/codec_job.ts";
import { seededRandom } from "../support/random.ts";
import { bytesOf, join } from "./support.ts";

const ENCODERS: readonly (readonly [RequestCoding, (bytes: Uint8Array) => Uint8Array])[] = [
  ["gzip", (bytes) => gzipSync(bytes)],
  ["deflate", (bytes) => deflateSync(bytes)],
  ["br", (bytes) => brotliCompressSync(bytes)],
  ["zstd", (bytes) => zstdCompressSync(bytes)],
];

function inflate(coding: RequestCoding, body: Uint8Array, limitBytes: number): Uint8Array | string {
  const result = runCodecJob({ kind: "inflate", bytes: Uint8Array.from(body), coding, limitBytes });
  return "bytes" in result ? result.bytes : result.failure;
}

function bytesOfResult(result: CodecResult): Uint8Array<ArrayBuffer> {
  if (!("bytes" in result)) throw new Error(result.reason);
  return result.bytes;
}

Deno.test("runCodecJob() inflates up to the limit, inclusive, and not one byte more", () => {
  for (const [coding, encode] of ENCODERS) {
    for (const bytes of [bytesOf("a"), seededRandom(1).text(100_000), seededRandom(2).bytes(100_000)]) {
      const body = encode(bytes);
      assertEquals(inflate(coding, body, bytes.byteLength), bytes, coding);
      if (bytes.byteLength > 1) assertEquals(inflate(coding, body, bytes.byteLength - 1), "too-large", coding);
    }
    assertEquals(inflate(coding, encode(new Uint8Array()), 10), new Uint8Array(), coding);
  }
});

Deno.test("runCodecJob() stops at the limit when a kilobyte would become a gigabyte", () => {
  const zeros = new Uint8Array(64 * 1024 * 1024);
  for (const [coding, encode] of ENCODERS) {
    const bomb = encode(zeros);
    assert(bomb.byteLength < 100_000);
    const before = Deno.memoryUsage().rss;
    assertEquals(inflate(coding, bomb, 1_000_000), "too-large", coding);
    assert(Deno.memoryUsage().rss - before < 32 * 1024 * 1024, coding);
  }
});

Deno.test("runCodecJob() takes no half of a body for all of it, nor a body with something behind", () => {
  for (const [coding, encode] of ENCODERS) {
    const body = encode(seededRandom(3).text(3_000));
    for (let length = 0; length < body.byteLength; length++) {
      assertEquals(inflate(coding, body.subarray(0, length), 10_000), "corrupt", `${coding}, ${length} bytes`);
    }
    assertEquals(inflate(coding, join(body, "B"), 10_000), "corrupt", coding);
    assertEquals(inflate(coding, bytesOf("plain text, not compressed"), 10_000), "corrupt", coding);
  }
});

Deno.test("runCodecJob() joins what was compressed piece by piece, under one limit", () => {
  const [one, two] = [seededRandom(4).text(2_000), seededRandom(5).text(3_000)];
  for (const encode of [gzipSync, zstdCompressSync]) {
    const coding = encode === gzipSync ? "gzip" : "zstd";
    const body = join(encode(one), encode(two));
    assertEquals(inflate(coding, body, 5_000), join(one, two));
    assertEquals(inflate(coding, body, 4_999), "too-large");
  }
});

Deno.test("runCodecJob() gives no client's frame a window of more than 8 MiB", () => {
  const wide = { params: { [constants.ZSTD_c_windowLog]: 27, [constants.ZSTD_c_contentSizeFlag]: 0 } };
  const body = zstdCompressSync(seededRandom(6).bytes(20_000), wide);
  // The window is in the header's second byte where the size is not told (RFC 8878 section 3.1.1.1.2).
  body[4] = (body[4] ?? 0) & ~0xe0;
  body[5] = (27 - 10) << 3;
  assertEquals(inflate("zstd", body, 100_000), "corrupt");
});

Deno.test("runCodecJob() compresses for storage, undoes it, and throws when what is stored is damaged", () => {
  const bytes = seededRandom(7).text(50_000);
  const packed = bytesOfResult(runCodecJob({ kind: "compress", bytes }));
  assert(packed.byteLength < 25_000);
  assertEquals(runCodecJob({ kind: "decompress", bytes: packed, plainBytes: 50_000 }), { bytes });
  for (const plainBytes of [49_999, 50_001]) {
    assertThrows(() => runCodecJob({ kind: "decompress", bytes: packed, plainBytes }));
  }
});

Deno.test("runCodecJob() takes little memory to compress what is small", () => {
  const bytes = seededRandom(6).text(4_096);
  const before = Deno.memoryUsage().external;
  for (let times = 0; times < 20; times++) runCodecJob({ kind: "compress", bytes });
  assert(Deno.memoryUsage().external - before < 20 * 16 * 1024);
});
