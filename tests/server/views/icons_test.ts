import { assertStringIncludes } from "@std/assert";
import { icon } from "../../../server/views/icons.ts";

Deno.test("icon() draws a sign that assistive technology passes over", async () => {
  assertStringIncludes(String(await icon("copy")), 'aria-hidden="true"><path d="');
});
