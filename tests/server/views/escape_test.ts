import { assertEquals } from "@std/assert";
import { escapeLine } from "../../../server/views/escape.ts";

Deno.test("escapeLine() leaves nothing that HTML would take for a tag or an entity", () => {
  assertEquals(escapeLine("</pre><script>&amp;"), "&lt;/pre&gt;&lt;script&gt;&amp;amp;");
});

Deno.test("escapeLine() shows control characters as their pictures, and keeps tabs", () => {
  assertEquals(escapeLine("\0\t\x1b\r\x7f"), "\u2400\t\u241b\u240d\u2421");
});
