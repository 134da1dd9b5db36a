import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { errorPageResponse } from "../../server/error_page_response.ts";
import { PasteError } from "../../server/errors.ts";
import { TestApp } from "./support.ts";

const SITE = { prefix: "", title: "T" };
const ERROR = new PasteError("overloaded", "Cannot do it: try again", { headers: { "X-A": "b" } });

function answer(accept: string): Promise<Response> {
  return errorPageResponse(ERROR, new Request("http://x/", { headers: { Accept: accept } }), SITE);
}

Deno.test("errorPageResponse() is a page for browsers, with the status and headers of the line", async () => {
  const page = await answer("text/html,*/*;q=0.8");
  const { status, headers } = page;
  assertEquals([status, headers.get("retry-after"), headers.get("x-a")], [503, "2", "b"]);
  assertEquals([headers.get("content-type"), headers.get("vary")], ["text/html; charset=utf-8", "Accept"]);
  const bytes = await page.bytes();
  assertEquals(headers.get("content-length"), String(bytes.byteLength));
  assertStringIncludes(new TextDecoder().decode(bytes), "Cannot do it: try again");
});

Deno.test("errorPageResponse() stays one line for everybody else, and JSON for those who ask for it", async () => {
  for (const accept of ["*/*", "text/plain"]) {
    assertEquals(await (await answer(accept)).text(), "Cannot do it: try again\n");
  }
  assertEquals((await answer("application/json, text/html;q=0.1")).headers.get("content-type"), "application/json");
});

Deno.test("a browser sees the same page for what was never there, has expired, was read once or deleted", async () => {
  await using test = await TestApp.open();
  const burned = await test.paste("a", "?burn=1");
  await (await test.request(burned)).text();
  const expired = await test.paste("a", "?expire=1m");
  test.clock.advance(61_000);
  const pages = await Promise.all(["/000000000000", "/nonsense", burned, expired].map(async (path) => {
    const response = await test.request(path, { headers: { Accept: "text/html" } });
    return `${response.status} ${await response.text()}`;
  }));
  assertEquals(new Set(pages).size, 1);
  assert(pages[0]?.startsWith("404 <!doctype html>"), pages[0]);
  assertStringIncludes(pages[0] ?? "", "Cannot find the paste: check the link");
});
