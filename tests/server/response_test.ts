import { assertEquals, assertStringIncludes } from "@std/assert";
import { headersOf, respond, respondEmpty, respondPieces, respondText } from "../../server/response.ts";

Deno.test("respond() counts bytes, not characters", async () => {
  const response = respond("ü€", { form: "text" });
  assertEquals([response.headers.get("content-length"), await response.text()], ["5", "ü€"]);
});

Deno.test("respond() has the type of its form, and lets no browser guess another", async () => {
  const types = {
    text: "text/plain; charset=utf-8",
    json: "application/json",
    html: "text/html; charset=utf-8",
    raw: "text/plain; charset=utf-8",
  };
  for (const form of ["text", "json", "html", "raw"] as const) {
    const response = respond("", { form });
    assertEquals(response.headers.get("content-type"), types[form]);
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
    assertEquals(response.headers.get("access-control-allow-origin"), "*");
    await response.body?.cancel();
  }
});

Deno.test("respond() confines pages and other people's bytes, and keeps their address to itself", async () => {
  const policies = { html: "script-src 'self'", raw: "sandbox" };
  for (const form of ["html", "raw"] as const) {
    const response = respond("", { form });
    assertStringIncludes(response.headers.get("content-security-policy") ?? "", policies[form]);
    assertEquals(response.headers.get("referrer-policy"), "no-referrer");
    await response.body?.cancel();
  }
});

Deno.test("respond() takes a status, and headers that win over its own", async () => {
  const response = respond("a", { form: "text", status: 404, headers: { "Content-Type": "image/svg+xml" } });
  assertEquals([response.status, response.headers.get("content-type")], [404, "image/svg+xml"]);
  await response.body?.cancel();
});

Deno.test("respondEmpty() has no body and the headers that every answer carries", () => {
  const response = respondEmpty(204, { A: "b" });
  assertEquals([response.status, response.body, response.headers.get("a")], [204, null, "b"]);
  assertEquals(response.headers.get("access-control-allow-origin"), "*");
});

Deno.test("headersOf() gives the headers that respond() would", async () => {
  const response = respond("ü", { form: "raw", headers: { "ETag": '"a"' } });
  const headers = headersOf({ form: "raw", length: 2, headers: { "ETag": '"a"' } });
  assertEquals([...new Headers(headers)], [...response.headers]);
  await response.body?.cancel();
});

Deno.test("respondText() gives the headers that respond() would, but for the length", async () => {
  for (const form of ["text", "json", "error"] as const) {
    const response = respond("ü", { form, status: 303, headers: { "Location": "/a" } });
    const text = respondText("ü", { form, status: 303, headers: [["Location", "/a"]] });
    response.headers.delete("content-length");
    assertEquals([text.status, ...text.headers], [response.status, ...response.headers]);
    assertEquals(await text.bytes(), await response.bytes());
  }
});

Deno.test("respondPieces() makes each piece when the client has room for it", async () => {
  let made = 0;
  function* pieces(): Generator<string> {
    for (; made < 3; made++) yield `${made} ü\n`;
  }
  const response = respondPieces(pieces(), { form: "html", headers: { "Vary": "Accept" } });
  assertEquals(made, 0);
  assertEquals(response.headers.get("vary"), "Accept");
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
  assertEquals(await response.text(), "0 ü\n1 ü\n2 ü\n");
});
