import { assert, assertEquals } from "@std/assert";
import { loadAssets } from "../../../server/routes/assets.ts";
import { TestApp } from "../support.ts";

Deno.test("serveAsset() answers 304 to those who have the file", async () => {
  await using test = await TestApp.open();
  const first = await test.request("/static/style.css");
  assertEquals(first.headers.get("content-type"), "text/css; charset=utf-8");
  await first.body?.cancel();
  const tag = first.headers.get("etag") ?? "";
  // A proxy that compresses marks the tag as weak.
  for (const [known, status] of [[tag, 304], [`W/${tag}`, 304], [`"other", ${tag}`, 304], ['"other"', 200]] as const) {
    const response = await test.request("/static/style.css", { headers: { "If-None-Match": known } });
    await response.body?.cancel();
    assertEquals(response.status, status, known);
  }
});

Deno.test("loadAssets() finds every file, each under paths of its own with a tag of its own", async () => {
  const assets = await loadAssets();
  const paths = assets.flatMap((asset) => asset.paths);
  assertEquals(new Set(paths).size, paths.length);
  assertEquals(new Set(assets.map(({ etag }) => etag)).size, assets.length);
});

Deno.test("serveAsset() lets a worker import our scripts and nothing else", async () => {
  await using test = await TestApp.open();
  const response = await test.request("/static/code_worker.js");
  assertEquals(response.headers.get("content-type"), "text/javascript; charset=utf-8");
  assertEquals(response.headers.get("content-security-policy"), "default-src 'none'; script-src 'self'");
  await response.body?.cancel();
});

Deno.test("loadAssets() serves every file of the folder, and all that its modules import", async () => {
  const paths = new Set((await loadAssets()).flatMap((asset) => asset.paths));
  for await (const { name } of Deno.readDir(new URL("../../../static/", import.meta.url))) {
    assert(paths.has(`/static/${name}`), `${name} is not served`);
  }
  assert(paths.has("/static/vendor/highlight.js"));
  assert(paths.has("/static/ansi.css"));
});

Deno.test("robots() keeps crawlers off everything but the start page", async () => {
  await using test = await TestApp.open();
  assertEquals(await (await test.request("/robots.txt")).text(), "User-agent: *\nAllow: /$\nDisallow: /\n");
});
