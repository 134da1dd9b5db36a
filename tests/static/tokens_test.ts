import { assertEquals } from "@std/assert";
import hljs from "@highlightjs/cdn-assets/es/highlight.min.js";
import { parseTokens } from "../../static/tokens.js";

Deno.test("parseTokens() splits by line, and carries a class across lines", () => {
  assertEquals(parseTokens('a <span class="x">b\nc</span>\n&lt;&amp;&#x27;'), [
    [["", "a "], ["x", "b"]],
    [["x", "c"]],
    [["", "<&'"]],
  ]);
});

Deno.test("parseTokens() keeps every character that highlight.js was given", () => {
  const code = "const a = `<b>${x}&amp;</b>`; // \"quoted\" 'too'\n\n/* two\nlines */\nif (a < 1 && b > 2) {}\n";
  for (const language of hljs.listLanguages()) {
    const lines: [string, string][][] = parseTokens(hljs.highlight(code, { language, ignoreIllegals: true }).value);
    assertEquals(lines.map((tokens) => tokens.map(([, text]) => text).join("")).join("\n"), code, language);
  }
});
