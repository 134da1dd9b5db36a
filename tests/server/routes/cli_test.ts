import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestApp } from "../support.ts";

Deno.test("GET /cli prints the shell function for this instance", async () => {
  await using test = await TestApp.open();
  const response = await test.request("/cli", { headers: { Host: "paste.example:8080" } });
  assertEquals(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assertStringIncludes(await response.text(), 'base="${PASTE_URL:-http://paste.example:8080}"\n');
});
