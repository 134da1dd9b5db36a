import { assertFalse, assertStringIncludes } from "@std/assert";
import { homePage, type Site } from "../../../server/views/home_page.ts";

const SITE: Site = { title: "T", subtitle: "S", footer: "", showDocs: true, maxBytes: 3 * 1024 * 1024, prefix: "" };

Deno.test("homePage() names the limit and shows how to use this instance", async () => {
  const page = await homePage(SITE, "https://p.example");
  assertStringIncludes(page, "up to 3 MiB");
  assertStringIncludes(page, "curl -F '_=<-' https://p.example/");
  assertStringIncludes(page, "https://p.example/cli)&quot;\ndmesg | paste -e 1h</code>");
  assertStringIncludes(page, "&lt;script src=&quot;https://p.example/js/logpaste.js&quot;&gt;");
});

Deno.test("homePage() leaves out documentation and footer when they are not wanted", async () => {
  const page = await homePage({ ...SITE, showDocs: false }, "https://p.example");
  assertFalse(page.includes("documentation"));
  assertFalse(page.includes("<footer>"));
});
