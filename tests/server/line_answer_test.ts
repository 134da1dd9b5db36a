import { assertEquals, assertStringIncludes } from "@std/assert";
import { Grep } from "../../server/grep.ts";
import { lineAnswer } from "../../server/line_answer.ts";
import { bytesOf, TestApp, TestClock } from "./support.ts";

const LOG = "1 info\r\n2 ERROR a\r\n3 info\r\n4 ERROR b\r\n5 ERROR c";

Deno.test("lineAnswer() is null when no lines are asked for", async () => {
  const request = new Request("http://x/000000000000?x=1");
  assertEquals(await lineAnswer(request, bytesOf(LOG), new Grep(new TestClock())), null);
});

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
    assertEquals([response.headers.get("etag"), response.headers.get("cache-control")], [null, "no-store"]);
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
