import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { pastePage, type PastePageOptions } from "../../../server/views/paste_page.ts";
import { bytesOf } from "../support.ts";

const OPTIONS: Omit<PastePageOptions, "bytes"> = {
  id: "000000000000",
  name: null,
  createdMs: Date.UTC(2026, 10, 20, 21, 50, 59),
  expiresMs: null,
  title: "T",
  prefix: "/p",
};

async function pageOf(bytes: Uint8Array, options: Partial<PastePageOptions> = {}): Promise<string> {
  return [...await pastePage({ ...OPTIONS, ...options, bytes })].join("");
}

/** What a browser shows, without its line breaks being its own. */
function shownText(page: string): string {
  const blocks = [...page.matchAll(/<pre class="block[^>]*>([^]*?)<\/pre>/g)].map(([, content = ""]) => content);
  return blocks.join("").replace(/<[^>]*>/g, "");
}

Deno.test("pastePage() keeps every line, the first empty ones included", async () => {
  for (const text of ["\na\n", "\n\n  a\n\n", "a\tb\n"]) assertEquals(shownText(await pageOf(bytesOf(text))), text);
  assertEquals(shownText(await pageOf(bytesOf("a"))), "a\n");
});

Deno.test("pastePage() escapes the text and the name", async () => {
  const page = await pageOf(bytesOf("</pre><script>"), { name: '"><i>.log' });
  assertEquals(shownText(page), "&lt;/pre&gt;&lt;script&gt;\n");
  assertStringIncludes(page, ">&quot;&gt;&lt;i&gt;.log</h1>");
  assertStringIncludes(page, 'download="&quot;&gt;&lt;i&gt;.log"');
});

Deno.test("pastePage() shows U+FFFD for what is no UTF-8, and links to the raw bytes", async () => {
  const page = await pageOf(Uint8Array.of(0x61, 0xff));
  assertEquals(shownText(page), "a\ufffd\n");
  assertStringIncludes(page, 'href="/p/000000000000/raw"');
});

Deno.test("pastePage() tells size, lines, creation and end", async () => {
  const page = await pageOf(bytesOf("a\nb\n"), { expiresMs: Date.UTC(2027, 0, 1) });
  assertStringIncludes(page, "<span>4 B</span> <span>2 lines</span>");
  assertStringIncludes(page, 'created <time datetime="2026-11-20T21:50:59.000Z">2026-11-20 21:50 UTC</time>');
  assertStringIncludes(page, 'expires <time datetime="2027-01-01T00:00:00.000Z">2027-01-01 00:00 UTC</time>');
  assertFalse((await pageOf(bytesOf("a"), { createdMs: null })).includes("<time"));
});

Deno.test("pastePage() has the sheet of terminal colours only where it is needed", async () => {
  assertStringIncludes(await pageOf(bytesOf("\x1b[31mred")), 'href="/p/static/ansi.css"');
  assertFalse((await pageOf(bytesOf("red"))).includes("ansi.css"));
});

Deno.test("pastePage() colours log levels, but not those in code", async () => {
  assertStringIncludes(await pageOf(bytesOf("ERROR x"), { name: "a.log" }), '<span id=L1 data-n=1 class="e">');
  const code = await pageOf(bytesOf("ERROR x"), { name: "a.ts" });
  assertStringIncludes(code, "<span id=L1 data-n=1>ERROR x");
  assertStringIncludes(code, 'data-language="typescript"');
});

Deno.test("pastePage() says so when a paste has more lines than a browser can show", async () => {
  const page = await pageOf(bytesOf("a\n".repeat(200_001)));
  assertStringIncludes(page, "The first 200,000 of 200,001 lines");
  assertFalse(page.includes("id=L200001"));
});

Deno.test("pastePage() has nothing inline that the page's own policy forbids", async () => {
  const page = await pageOf(bytesOf("\x1b[38;2;1;2;3mx"), { name: "a" });
  assertFalse(/ on[a-z]+=|style=|<style|<script(?!( type="module")? src="\/p\/static\/)/.test(page));
  assert(page.startsWith("<!doctype html>"));
});
