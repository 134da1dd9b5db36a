import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { TestApp } from "../support.ts";

const BROWSER = { headers: { Accept: "text/html" } };

Deno.test("GET / tells curl how to use this instance", async () => {
  await using test = await TestApp.open();
  const response = await test.request("/", { headers: { Host: "paste.example:8080" } });
  assertEquals(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assertEquals(response.headers.get("vary"), "Accept");
  assertStringIncludes(await response.text(), "curl -T app.log http://paste.example:8080/\n");
});

Deno.test("GET / shows browsers the upload page that scripts and tests know", async () => {
  await using test = await TestApp.open();
  const response = await test.request("/", BROWSER);
  assertEquals(
    response.headers.get("content-security-policy"),
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  const page = await response.text();
  for (
    const id of ["upload-textarea", "upload", "result", "form-upload-error", "curl-cmd", "curl-file-cmd", "js-example"]
  ) {
    assertStringIncludes(page, `id="${id}"`);
  }
});

Deno.test("GET / has nothing that its own policy forbids", async () => {
  await using test = await TestApp.open();
  const page = await (await test.request("/", BROWSER)).text();
  assertFalse(/ on[a-z]+=|style=|<style|<script(?!( type="module")? src="\/static\/)/.test(page));
  for (const [, path = ""] of page.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)) {
    const asset = await test.request(path);
    assertEquals(asset.status, 200, path);
    await asset.body?.cancel();
  }
});

Deno.test("GET / escapes title and subtitle and trusts the footer", async () => {
  await using test = await TestApp.open([
    "-title",
    "<T>",
    "-subtitle",
    "a & b",
    "-footer",
    "<b>F</b>",
    "-showdocs=false",
  ]);
  const page = await (await test.request("/", BROWSER)).text();
  assertStringIncludes(page, "<h1>&lt;T&gt;</h1>");
  assertStringIncludes(page, "a &amp; b");
  assertStringIncludes(page, "<footer><b>F</b></footer>");
  assertFalse(page.includes("curl-cmd"));
});
