import { assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { homePage, type Site } from "../../../server/views/home_page.ts";

const SITE: Site = {
  ...{ title: "T", subtitle: "S", footer: "", showDocs: true, maxBytes: 3 * 1024 * 1024, prefix: "" },
  ...{ defaultExpiryMs: null, maxExpiryMs: null, tokenRequired: false },
};

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

Deno.test("homePage() offers the lives that the operator allows, and begins with the default", async () => {
  const page = await homePage({ ...SITE, defaultExpiryMs: 3_600_000, maxExpiryMs: 86_400_000 }, "https://p.example");
  assertMatch(page, /<option value="1h" selected>\s*1 hour\s*<\/option>/);
  assertMatch(page, /<option value="1d" >\s*1 day\s*<\/option>\s*<\/select>/);
});

Deno.test("homePage() has no example that this instance refuses", async () => {
  const page = await homePage({ ...SITE, defaultExpiryMs: 600_000, maxExpiryMs: 1_800_000 }, "https://p.example");
  assertStringIncludes(page, "dmesg | paste -e 30m</code>");
});

Deno.test("homePage() asks for a token when one is needed, and never sends it as a field", async () => {
  assertFalse((await homePage(SITE, "https://p.example")).includes('id="token"'));
  const page = await homePage({ ...SITE, tokenRequired: true }, "https://p.example");
  assertStringIncludes(page, '<input id="token" type="password"');
  assertFalse(page.includes('name="token"'));
});
