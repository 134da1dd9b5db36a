/** Pastes that are gone with their first reader, over HTTP. */

import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { HEALTH_OFF, NASTY_BYTES, TestApp } from "../support.ts";

const BROWSER = { headers: { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };

Deno.test("GET /<id> gives a paste that can be read once to exactly one of 64 readers, and 404 to the others", async () => {
  await using test = await TestApp.open();
  for (const suffix of ["", "/raw", "/a.log"]) {
    const path = await test.paste(NASTY_BYTES, "?burn=1");
    const readers = Array.from({ length: 64 }, () => test.request(`${path}${suffix}`));
    const answers = await Promise.all(readers.map(async (reader) => {
      const response = await reader;
      return { status: response.status, cache: response.headers.get("cache-control"), bytes: await response.bytes() };
    }));
    const lucky = answers.filter(({ status }) => status === 200);
    assertEquals(lucky, [{ status: 200, cache: "no-store", bytes: NASTY_BYTES }]);
    assertEquals(answers.filter(({ status }) => status === 404).length, 63);
    assertEquals(test.count(), 0);
  }
});

Deno.test("HEAD, the page for browsers and previews never use a paste up", async () => {
  await using test = await TestApp.open();
  const path = await test.paste("secret", "?burn=1");
  const agent = { headers: { "User-Agent": "Slackbot-LinkExpanding 1.0" } };
  const requests: readonly (readonly [string, RequestInit])[] = [
    [path, { method: "HEAD" }],
    [`${path}/raw`, { method: "HEAD" }],
    [path, BROWSER],
    [path, { ...BROWSER, method: "HEAD" }],
    [path, agent],
    [`${path}/raw`, agent],
    [path, { headers: { "Sec-Purpose": "prefetch" } }],
    [path, { method: "OPTIONS" }],
    [path, { method: "DELETE" }],
  ];
  for (const [url, init] of requests) {
    const response = await test.request(url, init);
    assertFalse((await response.text()).includes("secret"), url);
    if (response.status === 200) assertEquals(response.headers.get("cache-control"), "no-store");
    assertEquals(test.count(), 1);
  }
  const head = await test.request(path, { method: "HEAD" });
  assertEquals([head.headers.get("content-length"), head.headers.get("content-type")], [
    "6",
    "text/plain; charset=utf-8",
  ]);
  assertEquals(await (await test.request(path)).text(), "secret");
});

Deno.test("a browser opens a paste that can be read once by a button, below the prefix", async () => {
  await using test = await TestApp.open([], { env: { BASE_URL: "https://x.example/p" } });
  const created = await test.request("/?burn=1", {
    method: "POST",
    body: "secret",
    headers: { "Content-Type": "a/b" },
  });
  const id = (await created.text()).trim().slice(-12);
  const page = await (await test.request(`/${id}`, BROWSER)).text();
  assertStringIncludes(page, `action="/p/${id}/raw"`);
  const opened = await test.request(`/${id}/raw`, BROWSER);
  assertEquals([opened.headers.get("content-type"), await opened.text()], ["text/plain; charset=utf-8", "secret"]);
});

Deno.test("GET of a part uses a paste up whole: what is left of it would be lost", async () => {
  await using test = await TestApp.open();
  const path = await test.paste("secret", "?burn=1");
  const response = await test.request(path, { headers: { Range: "bytes=0-1", "If-None-Match": "*" } });
  assertEquals([response.status, await response.text()], [200, "secret"]);
});

Deno.test("a paste is not used up while another instance writes: GET answers 503", async () => {
  await using test = await TestApp.open();
  const path = await test.paste("secret", "?burn=1");
  test.health = { ...HEALTH_OFF, role: "fenced" };
  const response = await test.request(path);
  assertEquals([response.status, response.headers.get("retry-after")], [503, "10"]);
  assertStringIncludes(await response.text(), "Cannot open a paste that can be read once as another instance writes");
  test.health = HEALTH_OFF;
  assertEquals(await (await test.request(path)).text(), "secret");
});

Deno.test("GET that cannot be answered leaves a paste that can be read once where it is", async () => {
  await using test = await TestApp.open([], { env: { MAX_SIZE: "64KiB" } });
  const secret = "s".repeat(20_000);
  const path = await test.paste(secret, "?burn=1");
  const refuseAll = { headers: { "Accept-Encoding": "identity;q=0, zstd;q=0" } };
  const cases: readonly (readonly [string, RequestInit, number])[] = [
    [path, refuseAll, 406],
    [`${path}?grep=${".{1000}".repeat(6)}`, {}, 400], // can be read, but takes too long for a line as long as this
  ];
  for (const [url, init, status] of cases) {
    const response = await test.request(url, init);
    await response.body?.cancel();
    assertEquals([response.status, test.count()], [status, 1], url);
  }
  assertEquals(await (await test.request(path)).text(), secret);
  assertEquals(test.count(), 0);
});

Deno.test("a burned paste looks like one that never was", async () => {
  await using test = await TestApp.open();
  const path = await test.paste("secret", "?burn=1");
  await (await test.request(path)).text();
  const texts = [path, "/000000000000"].map(async (url) => {
    const response = await test.request(url);
    return [response.status, [...response.headers], await response.text()];
  });
  const [burned, missing] = await Promise.all(texts);
  assertEquals(burned, missing);
});
