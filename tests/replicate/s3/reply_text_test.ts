import { assert, assertEquals } from "@std/assert";
import { readText } from "../../../replicate/s3/reply_text.ts";

Deno.test("readText() reads to the end, also when a character is cut in two", async () => {
  const bytes = new TextEncoder().encode("grüße 😀");
  const body = ReadableStream.from([...bytes].map((byte) => new Uint8Array([byte])));
  assertEquals(await readText(new Response(body), 100), { text: "grüße 😀", bytes: 12 });
});

Deno.test("readText() gives nothing when there is no body", async () => {
  assertEquals(await readText(new Response(null), 100), { text: "", bytes: 0 });
});

Deno.test("readText() stops at the limit and cancels the rest", async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("abcdefgh")),
    cancel: () => {
      cancelled = true;
    },
  });
  assertEquals(await readText(new Response(body), 11), { text: "abcdefghabc", bytes: 16 });
  assert(cancelled);
});
