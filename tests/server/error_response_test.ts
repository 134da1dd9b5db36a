import { assertEquals } from "@std/assert";
import { errorResponse } from "../../server/error_response.ts";
import { PasteError } from "../../server/errors.ts";

const PLAIN = new Request("http://x/");
const JSON_WANTED = new Request("http://x/", { headers: { Accept: "application/json" } });

Deno.test("errorResponse() is one line of text that nobody keeps", async () => {
  const response = errorResponse(new PasteError("not-found", "Cannot find it"), PLAIN);
  assertEquals([response.status, await response.text()], [404, "Cannot find it\n"]);
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals(response.headers.get("access-control-allow-origin"), "*");
  assertEquals(response.headers.get("retry-after"), null);
});

Deno.test("errorResponse() is JSON when the request asks for it", async () => {
  const response = errorResponse(new PasteError("not-found", "Cannot find it"), JSON_WANTED);
  assertEquals(response.headers.get("content-type"), "application/json");
  assertEquals(await response.text(), '{"error":{"code":"not-found","message":"Cannot find it"}}\n');
});

Deno.test("errorResponse() says when to try again, and adds the error's own headers", async () => {
  const response = errorResponse(new PasteError("starting", "Soon", { headers: { "X-A": "b" } }), PLAIN);
  assertEquals([response.status, response.headers.get("retry-after"), response.headers.get("x-a")], [503, "2", "b"]);
  await response.body?.cancel();
});

Deno.test("errorResponse() hides what is no PasteError", async () => {
  for (const error of [new Error("secret"), "secret", undefined]) {
    const response = errorResponse(error, PLAIN);
    assertEquals(response.status, 500);
    assertEquals(await response.text(), "Cannot answer as something failed inside: tell the operator\n");
  }
});
