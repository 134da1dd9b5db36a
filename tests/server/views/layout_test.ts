import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { html } from "hono/html";
import { frame, layout } from "../../../server/views/layout.ts";

Deno.test("layout() puts escaped content into a document, with references below the prefix", async () => {
  const page = await layout(html`<p>${"<b>"}</p>`, { title: "a & b", prefix: "/p", script: "home.js" });
  assert(page.startsWith("<!doctype html>"));
  assert(page.endsWith("</html>\n"));
  assertStringIncludes(page, "<title>a &amp; b</title>");
  assertStringIncludes(page, "<p>&lt;b&gt;</p>");
  assertStringIncludes(page, '<script type="module" src="/p/static/home.js"></script>');
  assertStringIncludes(page, 'href="/p/static/style.css"');
});

Deno.test("layout() has no script when none is named", async () => {
  const page = await layout(html``, { title: "t", prefix: "", script: null });
  assertFalse(page.includes("<script type"));
});

Deno.test("frame() sets the theme before anything is painted, by a script that is no module", async () => {
  const { before, after } = await frame({
    title: "t",
    prefix: "/p",
    script: "x.js",
    styles: ["y.css"],
    kind: "viewer",
  });
  assert(before.indexOf('<script src="/p/static/preferences.js">') < before.indexOf("<body"));
  assertStringIncludes(before, '<link rel="stylesheet" href="/p/static/y.css">');
  assert(/<body\s+class="viewer"\s*>\s*$/.test(before), before);
  assertEquals(after, "\n</body>\n</html>\n");
});
