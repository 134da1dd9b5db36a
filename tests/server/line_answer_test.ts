import { assertEquals, assertStringIncludes } from "@std/assert";
import { Grep } from "../../server/grep.ts";
import { lineAnswer } from "../../server/line_answer.ts";
import { bytesOf, ManualClock, TestApp } from "./support.ts";

const LOG = "1 info\r\n2 ERROR a\r\n3 info\r\n4 ERROR b\r\n5 ERROR c";

Deno.test("lineAnswer() answers with the lines, which no cache may keep", async () => {
  const filter = { first: 2, last: 2, patterns: [], head: Infinity, tail: Infinity };
  const response = await lineAnswer(filter, { bytes: bytesOf(LOG), grep: new Grep(new ManualClock()) });
  assertEquals([await response.text(), response.headers.get("cache-control")], ["2 ERROR a\r\n", "no-store"]);
});

Deno.test("GET /<id> of a paste that is stored compressed filters what was sent", async () => {
  await using test = await TestApp.open([], { env: { MAX_SIZE: "1MiB" } });
  const path = await test.paste("the same line\n".repeat(5000) + "the last line");
  assertEquals(await (await test.request(`${path}?grep=last`)).text(), "the last line");
});

Deno.test("GET /<id> with a filter opens a paste that can be read once, and no bad filter uses it up", async () => {
  await using test = await TestApp.open();
  const path = await test.paste(LOG, "?burn=1");
  for (const query of ["head=x", "grep=(", "lines=0", "grep="]) {
    assertEquals(await statusOf(test.request(`${path}?${query}`)), 400, query);
  }
  const page = await test.request(`${path}?tail=1`, { headers: { Accept: "text/html" } });
  assertStringIncludes(await page.text(), "<html");
  assertEquals(await statusOf(test.request(`${path}?tail=1`, { method: "HEAD" })), 200);
  const answer = await test.request(`${path}?grep=ERROR&tail=1`);
  assertEquals([await answer.text(), answer.headers.get("cache-control")], ["5 ERROR c", "no-store"]);
  assertEquals(await statusOf(test.request(`${path}?tail=1`)), 404);
});

async function statusOf(response: Promise<Response>): Promise<number> {
  const { status, body } = await response;
  await body?.cancel();
  return status;
}

Deno.test("GET /<id> with filters answers with the lines, as text whoever asks, with GET and HEAD, named or raw", async () => {
  await using test = await TestApp.open();
  const path = await test.paste(LOG);
  const cases: Readonly<Record<string, string>> = {
    "?grep=ERROR": "2 ERROR a\r\n4 ERROR b\r\n5 ERROR c",
    "?grep=ERROR&tail=1": "5 ERROR c",
    "?lines=1-4&grep=ERROR&tail=1": "4 ERROR b\r\n",
    "?grep=ERROR&grep=%5Bab%5D$&head=1": "2 ERROR a\r\n",
    "/raw?lines=3": "3 info\r\n",
    "/app.log?head=1": "1 info\r\n",
    "?grep=nothing": "",
  };
  for (const [suffix, expected] of Object.entries(cases)) {
    const response = await test.request(`${path}${suffix}`, { headers: { Accept: "text/html" } });
    assertEquals([response.status, await response.text()], [200, expected], suffix);
    assertEquals(response.headers.get("content-type"), "text/plain; charset=utf-8");
    assertEquals(response.headers.get("content-security-policy"), "default-src 'none'; sandbox");
    const [tag, cache, vary] = ["etag", "cache-control", "vary"].map((name) => response.headers.get(name));
    assertEquals([tag, cache, vary], [null, "no-store", "Accept"]);
    const head = await test.request(`${path}${suffix}`, { method: "HEAD" });
    assertEquals([head.headers.get("content-length"), await head.text()], [String(expected.length), ""], suffix);
  }
});

Deno.test("GET /<id> with a filter that cannot be understood answers 400 and names it", async () => {
  await using test = await TestApp.open();
  const path = await test.paste(LOG);
  for (
    const [query, message] of [["head=x", "head as it must be"], ["grep=(", "missing closing )"], ["lines=0", '"0"']]
  ) {
    const response = await test.request(`${path}?${query}`);
    assertEquals(response.status, 400, query);
    assertStringIncludes(await response.text(), message ?? "");
  }
});
