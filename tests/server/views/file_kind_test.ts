import { assertEquals } from "@std/assert";
import { languageOf } from "../../../server/views/file_kind.ts";

Deno.test("languageOf() knows code by its name, and takes the rest for logs and text", () => {
  const cases: readonly (readonly [string | null, string | null])[] = [
    ["main.ts", "typescript"],
    ["DATA.JSON", "json"],
    ["Makefile", "makefile"],
    ["events.jsonl", null],
    ["app.log", null],
    ["ts", null],
    ["x.constructor", null],
    ["constructor", null],
    ["", null],
    [null, null],
  ];
  for (const [name, language] of cases) assertEquals(languageOf(name), language, String(name));
});
