import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { zstdDecompressSync } from "node:zlib";
import { NASTY_BYTES, TestApp, TestServer } from "../support.ts";

const BROWSER = { headers: { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };

Deno.test("GET /<id> answers with the bytes and every header that keeps them harmless", async () => {
  await using test = await TestApp.open();
  const path = await test.paste(NASTY_BYTES);
  const response = await test.request(path);
  assertEquals(await response.bytes(), NASTY_BYTES);
  assertEquals(Object.fromEntries(response.headers), {
    "access-control-allow-origin": "*",
    "cache-control": "public, max-age=31536000, immutable",
    "content-security-policy": "default-src 'none'; sandbox",
    "content-type": "text/plain; charset=utf-8",
    "etag": `"${path.slice(1)}"`,
    "referrer-policy": "no-referrer",
    "vary": "Accept, Accept-Encoding",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
  });
});

Deno.test("GET /<id>/<anything> answers with the same paste, named by the suffix", async () => {
  await using test = await TestApp.open();
  const path = await test.paste("a");
  const names: readonly (readonly [string, string | null])[] = [
    ["/", null],
    ["/app.log", "inline; filename*=UTF-8''app.log"],
    ["/x/y%20(1)'.txt", "inline; filename*=UTF-8''y%20%281%29%27.txt"],
    ["/100%25%20%231%3F.log", "inline; filename*=UTF-8''100%25%20%231%3F.log"],
    ["/a%2Fb", "inline; filename*=UTF-8''ab"],
    ["/%ff", "inline; filename*=UTF-8''%25ff"],
    ["/raw", null],
  ];
  for (const [suffix, disposition] of names) {
    const response = await test.request(`${path}${suffix}`);
    assertEquals([response.status, await response.text()], [200, "a"], suffix);
    assertEquals(response.headers.get("content-disposition"), disposition);
  }
});

Deno.test("GET /<id> shows browsers a page with the text escaped and its lines kept", async () => {
  await using test = await TestApp.open();
  const path = await test.paste("\n<script>alert(1)</script> & 'x'\r\n  two\n");
  const response = await test.request(path, BROWSER);
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(response.headers.get("vary"), "Accept");
  assertStringIncludes(response.headers.get("content-security-policy") ?? "", "script-src 'self'");
  const page = await response.text();
  const line = "&lt;script&gt;alert(1)&lt;/script&gt; &amp; 'x'";
  assertStringIncludes(page, `<span id=L1 data-n=1>\n</span><span id=L2 data-n=2>${line}\n</span>`);
  assertStringIncludes(page, "<span id=L3 data-n=3>  two\n</span></pre>");
  assertStringIncludes(page, `href="${path}/raw"`);
  assert(page.startsWith("<!doctype html>"));
});

Deno.test("GET /<id>/raw is raw even for browsers", async () => {
  await using test = await TestApp.open();
  const path = await test.paste("<b>");
  const response = await test.request(`${path}/raw`, BROWSER);
  assertEquals([response.headers.get("content-type"), await response.text()], ["text/plain; charset=utf-8", "<b>"]);
});

Deno.test("GET /<id> answers 304 when the client has the paste", async () => {
  await using test = await TestApp.open();
  const path = await test.paste("a");
  const etag = `"${path.slice(1)}"`;
  for (const known of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
    const response = await test.request(path, { headers: { "If-None-Match": known } });
    assertEquals([response.status, response.headers.get("etag"), response.body], [304, etag, null], known);
  }
  const other = await test.request(path, { headers: { "If-None-Match": '"x"' } });
  assertEquals([other.status, await other.text()], [200, "a"]);
});

Deno.test("HEAD /<id> answers with the headers of GET and no body, the length among them", async () => {
  await using server = await TestServer.open();
  const created = await fetch(`${server.url}/`, { method: "POST", body: "hello".repeat(1000) });
  const url = (await created.text()).trim();
  const zstd = { headers: { "Accept-Encoding": "zstd" } };
  for (const suffix of ["", "", "/raw", "/app.log"]) {
    for (const init of [{ headers: { "Accept-Encoding": "identity" } }, BROWSER, zstd]) {
      const get = await fetch(`${url}${suffix}`, { ...init });
      const head = await fetch(`${url}${suffix}`, { ...init, method: "HEAD" });
      const [got, told] = [get, head].map(({ headers }) => [...headers].filter(([name]) => name !== "date"));
      assertEquals(told, got);
      assert(Number(head.headers.get("content-length")) > 0);
      await get.body?.cancel();
      assertEquals(await head.text(), "");
    }
  }
});

Deno.test("GET /<id> streams the page of a large paste, and HEAD has its headers and its length", async () => {
  await using test = await TestApp.open(["-maxsize", "1"]);
  const path = await test.paste("a line of a log\n".repeat(10_000));
  const get = await test.request(path, BROWSER);
  const head = await test.request(path, { ...BROWSER, method: "HEAD" });
  assertEquals(get.headers.get("content-length"), null);
  const page = await get.text();
  const length = String(new TextEncoder().encode(page).byteLength);
  assertEquals([...head.headers], [["content-length", length], ...get.headers].toSorted());
  assertStringIncludes(page, "<span id=L10000 data-n=10000>a line of a log\n</span></pre>");
  assert(page.endsWith("</html>\n"));
});

Deno.test("GET answers 404 in the same way to what is missing and to what is no id", async () => {
  await using test = await TestApp.open();
  for (const path of ["/000000000000", "/aB3dE6gH", "/x", "/..%2f..%2fetc", "/%00", "/static/", "/static/x.js"]) {
    const response = await test.request(path);
    assertEquals(response.status, 404, path);
    assertEquals(response.headers.get("cache-control"), "no-store");
    assertEquals(await response.text(), "Cannot find the paste: check the link\n");
  }
});

Deno.test("errors are JSON when it is asked for, and carry CORS headers", async () => {
  await using test = await TestApp.open();
  const response = await test.request("/000000000000", { headers: { Accept: "application/json" } });
  assertEquals(response.headers.get("access-control-allow-origin"), "*");
  assertEquals(await response.json(), {
    error: { code: "not-found", message: "Cannot find the paste: check the link" },
  });
});

Deno.test("GET /<id> sends what is stored to those who take it, and parts of the plain text to those who ask", async () => {
  await using test = await TestApp.open([], { env: { MAX_SIZE: "1MiB" } });
  const text = "2026-01-02 GET /index.html 200\n".repeat(1000);
  const path = await test.paste(text);
  const plain = await test.request(path);
  assertEquals([plain.headers.get("content-encoding"), await plain.text()], [null, text]);
  const stored = await test.request(path, { headers: { "Accept-Encoding": "gzip, zstd" } });
  assertEquals(stored.headers.get("content-encoding"), "zstd");
  assertEquals(zstdDecompressSync(await stored.bytes()).toString(), text);
  const part = await test.request(path, { headers: { "Range": "bytes=-5" } });
  assertEquals([part.status, part.headers.get("content-range"), await part.text()], [
    206,
    "bytes 30995-30999/31000",
    " 200\n",
  ]);
  const beyond = await test.request(path, { headers: { "Range": "bytes=31000-" } });
  assertEquals([beyond.status, beyond.headers.get("content-range")], [416, "bytes */31000"]);
  assertEquals(beyond.headers.get("access-control-allow-origin"), "*");
  await beyond.body?.cancel();
});

Deno.test("GET /<id> is 404 from the moment on at which a paste expires, and no cache may keep it longer", async () => {
  await using test = await TestApp.open();
  const path = await test.paste("a", "?expire=2m");
  const policy = async (init?: RequestInit): Promise<string | null> => {
    const response = await test.request(path, init);
    await response.body?.cancel();
    return `${response.status} ${response.headers.get("cache-control")}`;
  };
  assertEquals(await policy(), "200 public, max-age=120, immutable");
  assertEquals(await policy(BROWSER), "200 public, max-age=120, immutable");
  test.clock.advance(119_500);
  assertEquals(await policy(), "200 public, max-age=0, immutable");
  test.clock.advance(500);
  assertEquals([await policy(), await policy(BROWSER)], ["404 no-store", "404 no-store"]);
});

Deno.test("GET /<id>/<name> never lets the name decide what a browser does with the bytes", async () => {
  await using test = await TestApp.open();
  const path = await test.paste("<script>alert(1)</script>");
  for (const name of ["x.html", "x.svg", "x.js", "x.xhtml", "x.pdf", "x.wasm"]) {
    const { headers, body } = await test.request(`${path}/${name}`);
    assertEquals([headers.get("content-type"), headers.get("x-content-type-options")], [
      "text/plain; charset=utf-8",
      "nosniff",
    ]);
    assertEquals(headers.get("content-security-policy"), "default-src 'none'; sandbox");
    assertEquals(headers.get("content-disposition"), `inline; filename*=UTF-8''${name}`);
    await body?.cancel();
  }
});
