import { assertEquals, assertStringIncludes } from "@std/assert";
import { HOME_SHORTCUTS, shortcutSheet, VIEWER_SHORTCUTS } from "../../../server/views/shortcuts.ts";

Deno.test("shortcutSheet() lists keys and what they do", async () => {
  const sheet = String(await shortcutSheet([{ keys: ["<", "B"], does: "x & y" }]));
  assertStringIncludes(sheet, "<kbd>&lt;</kbd>");
  assertStringIncludes(sheet, "<kbd>B</kbd>");
  assertStringIncludes(sheet, "<dd>x &amp; y</dd>");
});

Deno.test("no key does two things on a page", () => {
  for (const shortcuts of [HOME_SHORTCUTS, VIEWER_SHORTCUTS]) {
    const keys = shortcuts.flatMap((shortcut) => shortcut.keys);
    assertEquals(new Set(keys).size, keys.length);
  }
});
