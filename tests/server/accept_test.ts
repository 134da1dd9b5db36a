import { assertEquals } from "@std/assert";
import { wantsHtml, wantsJson, wantsPlainText } from "../../server/accept.ts";

/** What each of the three says of a header. */
function wishes(accept: string | null): readonly boolean[] {
  const request = new Request("http://x/", accept === null ? {} : { headers: { Accept: accept } });
  return [wantsHtml(request), wantsJson(request), wantsPlainText(request)];
}

Deno.test("wantsHtml(), wantsJson() and wantsPlainText() are true when Accept names the form", () => {
  assertEquals(wishes("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), [true, false, false]);
  assertEquals(wishes("application/json"), [false, true, false]);
  assertEquals(wishes("text/plain;q=0.5, application/json"), [false, true, true]);
});

Deno.test("wantsHtml(), wantsJson() and wantsPlainText() are false when Accept is open or missing", () => {
  for (const accept of ["*/*", "text/*", "", null]) assertEquals(wishes(accept), [false, false, false], String(accept));
});
