import { assertEquals, assertThrows } from "@std/assert";
import { PasteError } from "../../server/errors.ts";
import { assertWriter } from "../../server/writer_role.ts";
import { probeOf } from "./health_probe.ts";
import { HEALTH_OFF } from "./support.ts";

Deno.test("assertWriter() throws fenced exactly when another instance writes", () => {
  for (const role of ["writer", "waiting", "off"] as const) {
    assertWriter(probeOf({ ...HEALTH_OFF, role }), "store the paste");
  }
  const fenced = probeOf({ ...HEALTH_OFF, role: "fenced" });
  const error = assertThrows(() => assertWriter(fenced, "store the paste"), PasteError);
  assertEquals([error.code, error.status, error.retryAfterSeconds], ["fenced", 503, 10]);
  assertEquals(error.message, "Cannot store the paste as another instance writes now: ask it, or try again");
});
