import { assertEquals, assertRejects } from "@std/assert";
import { inlineCodec } from "../../server/codec.ts";
import { runCodecJob } from "../../server/codec_job.ts";
import { PasteError } from "../../server/errors.ts";
import { cachePolicy, keptAnswer, rawAnswer } from "../../server/raw_answer.ts";
import { type PasteFacts, StoredPaste } from "../../server/stored_paste.ts";
import { seededRandom } from "../support/random.ts";

const TEXT = seededRandom(1).text(5_000);
const ID = "000000000000";

function paste(coding: "zstd" | null, facts: Partial<PasteFacts> = {}): StoredPaste {
  const packed = runCodecJob({ kind: "compress", bytes: TEXT });
  if (!("bytes" in packed)) throw new Error(packed.reason);
  const all = { id: ID, name: null, createdAt: 0, expiresAt: null, burn: false, size: TEXT.byteLength, ...facts };
  return new StoredPaste(all, { coding, bytes: coding === null ? TEXT : packed.bytes }, inlineCodec);
}

async function get(of: StoredPaste, headers: HeadersInit = {}, method = "GET"): Promise<Response> {
  return await rawAnswer(new Request("http://x/", { headers, method }), of, { suffix: "", nowMs: 0 });
}

Deno.test("rawAnswer() sends what is stored to those who take it, else the plain bytes, each with its own tag", async () => {
  for (const coding of ["zstd", null] as const) {
    const stored = paste(coding);
    const plain = await get(stored);
    assertEquals([plain.headers.get("etag"), plain.headers.get("content-encoding")], [`"${ID}"`, null]);
    assertEquals(await plain.bytes(), TEXT);
    const taken = await get(stored, { "Accept-Encoding": "gzip, zstd" });
    const tag = coding === null ? `"${ID}"` : `"${ID}-zstd"`;
    assertEquals([taken.headers.get("etag"), taken.headers.get("content-encoding")], [tag, coding]);
    assertEquals(await taken.bytes(), stored.stored.bytes);
    for (const { headers } of [plain, taken]) assertEquals(headers.get("vary"), "Accept, Accept-Encoding");
  }
});

Deno.test("keptAnswer() gives at once, and again and again, what rawAnswer() gave for the same request", async () => {
  for (const coding of ["zstd", null] as const) {
    const stored = paste(coding);
    for (const headers of [{}, { "Accept-Encoding": "zstd" }]) {
      const request = new Request("http://x/", { headers });
      assertEquals(keptAnswer(request, paste(coding)), null);
      const first = await get(stored, headers);
      const [all, bytes] = [[...first.headers], await first.bytes()];
      for (let times = 0; times < 3; times++) {
        const kept = keptAnswer(request, stored);
        assertEquals([[...kept?.headers ?? []], await kept?.bytes()], [all, bytes]);
      }
    }
  }
});

Deno.test("keptAnswer() gives nothing where another answer is due, or the paste changes with time", async () => {
  const stored = paste("zstd");
  await get(stored);
  const kept = (headers: HeadersInit, method = "GET"): Response | null =>
    keptAnswer(new Request("http://x/", { headers, method }), stored);
  for (const headers of [{ Range: "bytes=0-1" }, { "If-None-Match": "*" }, { "Accept-Encoding": "identity;q=0, br" }]) {
    assertEquals(kept(headers), null);
  }
  assertEquals(kept({}, "HEAD"), null);
  for (const facts of [{ expiresAt: 1_000 }, { burn: true }]) {
    const passing = paste("zstd", facts);
    await get(passing);
    assertEquals(keptAnswer(new Request("http://x/"), passing), null);
  }
});

Deno.test("rawAnswer() throws not-acceptable when every form is refused", async () => {
  const error = await assertRejects(() => get(paste(null), { "Accept-Encoding": "identity;q=0" }), PasteError);
  assertEquals([error.code, error.status], ["not-acceptable", 406]);
});

Deno.test("rawAnswer() answers 304 to those who have the form that they would get", async () => {
  const stored = paste("zstd");
  const zstd = { "Accept-Encoding": "zstd" };
  const status = async (headers: HeadersInit): Promise<number> => (await get(stored, headers)).status;
  assertEquals(await status({ "If-None-Match": `"${ID}"` }), 304);
  assertEquals(await status({ "If-None-Match": `"${ID}-zstd"` }), 200);
  assertEquals(await status({ ...zstd, "If-None-Match": `W/"${ID}-zstd"` }), 304);
  assertEquals(await status({ ...zstd, "If-None-Match": `"${ID}"` }), 200);
  assertEquals(await status({ "If-None-Match": `"${ID}"`, "Range": "bytes=0-1" }), 304);
});

Deno.test("rawAnswer() sends a part of the plain bytes, whatever the client takes otherwise", async () => {
  for (const coding of ["zstd", null] as const) {
    const stored = paste(coding);
    for (const accepted of ["zstd", ""]) {
      const part = await get(stored, { "Range": "bytes=10-19", "Accept-Encoding": accepted });
      assertEquals([part.status, part.headers.get("content-range")], [206, "bytes 10-19/5000"]);
      assertEquals([part.headers.get("etag"), part.headers.get("content-length")], [`"${ID}"`, "10"]);
      assertEquals([part.headers.get("content-encoding"), await part.bytes()], [null, TEXT.slice(10, 20)]);
    }
  }
});

Deno.test("rawAnswer() sends the whole when If-Range names another form, and for HEAD", async () => {
  const stored = paste("zstd");
  const range = { "Range": "bytes=0-9" };
  const status = async (headers: HeadersInit, method?: string): Promise<number> =>
    (await get(stored, { ...range, ...headers }, method)).status;
  assertEquals(await status({ "If-Range": `"${ID}"` }), 206);
  assertEquals(await status({ "If-Range": `W/"${ID}"` }), 200);
  assertEquals(await status({ "If-Range": `"${ID}-zstd"` }), 200);
  assertEquals(await status({}, "HEAD"), 200);
  assertEquals(await status({ "Range": "bytes=0-1,3-4" }), 200);
});

Deno.test("rawAnswer() throws bad-range with the size when the part is not there", async () => {
  const error = await assertRejects(() => get(paste("zstd"), { "Range": "bytes=5000-" }), PasteError);
  assertEquals([error.status, error.headers], [416, { "Content-Range": "bytes */5000" }]);
  assertEquals(error.message, "Cannot send that part of the paste as it has 5000 bytes: ask for some of them");
});

Deno.test("rawAnswer() sends a burned paste whole, whatever part was asked for, and lets nobody keep it", async () => {
  const response = await get(paste("zstd", { burn: true }), { "Range": "bytes=0-1", "If-None-Match": "*" });
  assertEquals([response.status, response.headers.get("cache-control")], [200, "no-store"]);
  assertEquals(await response.bytes(), TEXT);
});

Deno.test("cachePolicy() never outlives the paste", () => {
  assertEquals(cachePolicy(paste(null), 0), "public, max-age=31536000, immutable");
  const expiring = paste(null, { expiresAt: 100_000 });
  assertEquals(cachePolicy(expiring, 50_500), "public, max-age=49, immutable");
  assertEquals(cachePolicy(expiring, 200_000), "public, max-age=0, immutable");
  assertEquals(cachePolicy(paste(null, { expiresAt: 9e14 }), 0), "public, max-age=31536000, immutable");
  assertEquals(cachePolicy(paste(null, { burn: true }), 0), "no-store");
});
