import { assertEquals, assertStringIncludes } from "@std/assert";
import { pastePage } from "../../../server/views/paste_page.ts";
import { bytesOf } from "../support.ts";

const OPTIONS = { id: "000000000000", name: null, title: "T", prefix: "/p" };

/** What a browser shows: HTML drops one line break right after <pre>. */
function shownText(page: string): string {
  const [, content = ""] = /<pre id="paste"[^>]*>\n([^]*)<\/pre>/.exec(page) ?? [];
  return content;
}

Deno.test("pastePage() keeps every line, the first empty ones included", async () => {
  for (const text of ["a", "\na", "\n\n  a\n\n", "a\tb\n"]) {
    assertEquals(shownText(await pastePage({ ...OPTIONS, bytes: bytesOf(text) })), text);
  }
});

Deno.test("pastePage() escapes the text and the name", async () => {
  const page = await pastePage({ ...OPTIONS, name: "<i>.log", bytes: bytesOf("</pre><script>") });
  assertEquals(shownText(page), "&lt;/pre&gt;&lt;script&gt;");
  assertStringIncludes(page, "<h1>&lt;i&gt;.log</h1>");
});

Deno.test("pastePage() shows U+FFFD for what is no UTF-8, and links to the raw bytes", async () => {
  const page = await pastePage({ ...OPTIONS, bytes: Uint8Array.of(0x61, 0xff) });
  assertEquals(shownText(page), "a\ufffd");
  assertStringIncludes(page, 'href="/p/000000000000/raw"');
});
