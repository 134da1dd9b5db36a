import { assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { readBody } from "../../server/body.ts";
import { BodyIntake } from "../../server/body_intake.ts";
import { inlineCodec } from "../../server/codec.ts";
import { PasteError } from "../../server/errors.ts";
import { bytesOf, ManualClock } from "./support.ts";

/** A body in chunks of four bytes that counts how many were asked for. */
function streamed(chunks: number): { readonly request: Request; readonly pulled: () => number } {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (pulled === chunks) controller.close();
      else {
        pulled++;
        controller.enqueue(bytesOf("abcd"));
      }
    },
  }, { highWaterMark: 0 });
  return { request: new Request("http://x/", { method: "PUT", body }), pulled: () => pulled };
}

function withHeaders(body: string, headers: Readonly<Record<string, string>>): Request {
  return new Request("http://x/", { method: "PUT", body, headers });
}

function read(request: Request, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  return readBody(request, {
    ...{ intake: new BodyIntake({ clock: new ManualClock(), maxBodyBytes: 100 }), codec: inlineCodec },
    ...{ limitBytes, maxBytes: limitBytes },
  });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, PasteError)).code;
}

Deno.test("readBody() returns a body without a length when it is exactly at the limit", async () => {
  assertEquals(await read(streamed(2).request, 8), bytesOf("abcdabcd"));
});

Deno.test("readBody() stops reading when the limit is passed", async () => {
  const { request, pulled } = streamed(1000);
  assertEquals(await codeOf(read(request, 8)), "paste-too-large");
  assertEquals(pulled(), 3);
});

Deno.test("readBody() reads nothing when the announced length is too large", async () => {
  const { request, pulled } = streamed(1000);
  request.headers.set("Content-Length", "9");
  assertEquals(await codeOf(read(request, 8)), "paste-too-large");
  assertEquals(pulled(), 0);
});

Deno.test("readBody() counts when the announced length is a lie", async () => {
  assertEquals(await codeOf(read(withHeaders("123456789", { "Content-Length": "3" }), 8)), "paste-too-large");
  const chunked = withHeaders("123456789", { "Content-Length": "3", "Transfer-Encoding": "chunked" });
  assertEquals(await codeOf(read(chunked, 8)), "paste-too-large");
});

Deno.test("readBody() names the limit in the message when a body is too large", async () => {
  const error = await assertRejects(() => read(withHeaders("abc", {}), 2), PasteError);
  assertEquals(error.message, "Cannot store the paste as it is larger than 2 bytes (2 B): send a smaller one");
  assertEquals(error.status, 413);
});

Deno.test("readBody() returns nothing when there is no body", async () => {
  assertEquals(await read(new Request("http://x/", { method: "PUT" }), 8), new Uint8Array());
});

Deno.test("readBody() inflates under the limit, reading no more of what is compressed than could be right", async () => {
  const gzip = (size: number) => ({ body: Uint8Array.from(gzipSync(new Uint8Array(size).fill(97))), coding: "gzip" });
  const readCoded = ({ body, coding }: { body: Uint8Array<ArrayBuffer>; coding: string }) =>
    read(new Request("http://x/", { method: "PUT", body, headers: { "Content-Encoding": coding } }), 1000);
  assertEquals((await readCoded(gzip(1000))).byteLength, 1000);
  assertEquals(await codeOf(readCoded(gzip(1001))), "paste-too-large");
  assertEquals(await codeOf(readCoded({ body: new Uint8Array(3000), coding: "gzip" })), "paste-too-large");
  assertEquals(await codeOf(readCoded({ body: bytesOf("no gzip at all"), coding: "gzip" })), "bad-encoding");
});

Deno.test("readBody() throws unsupported-encoding when nobody knows how the body is compressed", async () => {
  for (const coding of ["lz4", "gzip, gzip", "x"]) {
    assertEquals(await codeOf(read(withHeaders("a", { "Content-Encoding": coding }), 8)), "unsupported-encoding");
  }
  assertEquals(await read(withHeaders("a", { "Content-Encoding": "Identity" }), 8), bytesOf("a"));
});

Deno.test("readBody() throws incomplete-body when the client goes away", async () => {
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error("connection reset")) });
  assertEquals(await codeOf(read(new Request("http://x/", { method: "PUT", body }), 8)), "incomplete-body");
});
