import { assert, assertEquals, assertRejects } from "@std/assert";
import { CodecPool, inlineCodec } from "../../server/codec.ts";
import type { CodecResult } from "../../server/codec_job.ts";
import { seededRandom } from "../support/random.ts";

function bytesOfResult(result: CodecResult): Uint8Array<ArrayBuffer> {
  if (!("bytes" in result)) throw new Error(result.reason);
  return result.bytes;
}

Deno.test("CodecPool does large jobs on its threads, no more of them than allowed, and gives the same bytes back", async () => {
  const pool = new CodecPool(2);
  const texts = [1, 2, 3, 4, 5].map((seed) => seededRandom(seed).text(200_000));
  const results = texts.map(async (bytes) => {
    const given = bytes.slice();
    const packed = bytesOfResult(await pool.run({ kind: "compress", bytes: given }));
    assertEquals(given.byteLength, 0); // it was taken away, not copied
    assert(packed.byteLength < bytes.byteLength / 2);
    const packedBytes = packed.byteLength;
    assertEquals(await pool.run({ kind: "decompress", bytes: packed, plainBytes: 200_000 }), { bytes });
    assertEquals(packed.byteLength, packedBytes); // what is stored may be needed again
  });
  await Promise.all(results);
  assertEquals(pool.threads, 2);
  pool.close();
  assertEquals(pool.threads, 0);
});

Deno.test("CodecPool gives bytes back that do not become smaller, and says so", async () => {
  const pool = new CodecPool(1);
  const noise = seededRandom(7).bytes(100_000);
  assertEquals(await pool.run({ kind: "compress", bytes: noise.slice() }), { bytes: noise, coding: null });
  const result = await pool.run({ kind: "compress", bytes: seededRandom(7).text(100_000) });
  assertEquals("coding" in result && result.coding, "zstd");
  pool.close();
});

Deno.test("CodecPool starts no thread for small jobs, and does everything at once when it is closed", async () => {
  const pool = new CodecPool(2);
  const bytes = seededRandom(1).text(5_000);
  assert("bytes" in await pool.run({ kind: "compress", bytes }));
  assertEquals(pool.threads, 0);
  pool.close();
  assert("bytes" in await pool.run({ kind: "compress", bytes: seededRandom(1).text(100_000) }));
  assertEquals(pool.threads, 0);
});

Deno.test("CodecPool rejects a job that fails, and goes on with the next", async () => {
  const pool = new CodecPool(1);
  const damaged = { kind: "decompress", bytes: new Uint8Array(9), plainBytes: 100_000 } as const;
  const text = seededRandom(1).text(100_000);
  const [first, second] = await Promise.allSettled([pool.run(damaged), pool.run({ kind: "compress", bytes: text })]);
  assertEquals([first?.status, second?.status], ["rejected", "fulfilled"]);
  pool.close();
});

Deno.test("inlineCodec rejects when a stored paste is damaged", async () => {
  await assertRejects(() => inlineCodec.run({ kind: "decompress", bytes: new Uint8Array(9), plainBytes: 5 }));
});

Deno.test("CodecPool refuses more than may wait, and what waits when it is closed", async () => {
  const pool = new CodecPool(1);
  const job = { kind: "inflate", bytes: new Uint8Array(9), coding: "gzip", limitBytes: 40 * 1024 * 1024 } as const;
  const jobs = Array.from({ length: 4 }, () => pool.run(job));
  pool.close();
  const results = await Promise.allSettled(jobs);
  const reasons = results.map((result) => result.status === "rejected" && String(result.reason));
  const overloaded = "PasteError: Cannot take the paste as too many wait for compression: try again";
  const closed = "Error: Cannot compress as the service stops";
  assertEquals(reasons, [closed, closed, overloaded, overloaded]);
});
