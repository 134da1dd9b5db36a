import { assert, assertFalse, assertStringIncludes } from "@std/assert";
import { html } from "hono/html";
import { layout } from "../../../server/views/layout.ts";

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
  assertFalse((await layout(html``, { title: "t", prefix: "", script: null })).includes("<script"));
});
