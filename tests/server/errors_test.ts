import { assertEquals, assertFalse } from "@std/assert";
import { messageWithCauses, PasteError } from "../../server/errors.ts";

Deno.test("PasteError has the status of its code, and says when to try again", () => {
  const fenced = new PasteError("fenced", "no");
  assertEquals([fenced.name, fenced.status, fenced.retryAfterSeconds, fenced.headers], ["PasteError", 503, 10, {}]);
  const full = new PasteError("storage-full", "no", { headers: { A: "b" } });
  assertEquals([full.status, full.retryAfterSeconds, full.headers], [507, null, { A: "b" }]);
});

Deno.test("PasteError has a cause only when one is given", () => {
  assertFalse("cause" in new PasteError("internal", "no"));
  assertEquals(new PasteError("internal", "no", { cause: 5 }).cause, 5);
});

Deno.test("messageWithCauses() joins the messages, outermost first", () => {
  const error = new Error("a", { cause: new Error("b", { cause: "c" }) });
  assertEquals(messageWithCauses(error), "a: b: c");
});
