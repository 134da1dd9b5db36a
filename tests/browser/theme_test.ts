/** Light, dark, system; and the sheet of shortcuts. */

import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { BrowserTest } from "./support.ts";

const LIGHT = "rgb(255, 255, 255)";
const DARK = "rgb(22, 25, 29)";

async function paper(page: Page): Promise<string> {
  return await page.evaluate("getComputedStyle(document.body).backgroundColor");
}

Deno.test("the theme follows the system until one is chosen, and then the choice holds on every page", async () => {
  await using test = await BrowserTest.open();
  const address = await test.paste("x");
  const page = await test.page({ colorScheme: "dark" });
  await test.goto(page);
  assertEquals(await paper(page), DARK);
  await page.emulateMedia({ colorScheme: "light" });
  assertEquals(await paper(page), LIGHT);
  await page.click("#theme");
  await page.click("#theme");
  assertEquals([await paper(page), await page.getAttribute("#theme", "title")], [DARK, "Theme: dark"]);
  await test.goto(page, address);
  assertEquals([await paper(page), await page.getAttribute("#theme", "title")], [DARK, "Theme: dark"]);
  await page.keyboard.press("t");
  assertEquals([await paper(page), await page.getAttribute("#theme", "title")], [LIGHT, "Theme: system"]);
});

Deno.test("a chosen theme is there before the first paint", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page({ colorScheme: "light" });
  await test.goto(page);
  await page.evaluate(`localStorage.setItem("theme", "dark")`);
  // Modules run after the document is parsed: without them, whatever is set was set before anything was painted.
  await page.route(/\/static\/(home|viewer)\.js$/, (route) => route.abort());
  for (const address of [`${test.url}/`, await test.paste("x")]) {
    await page.goto(address);
    assertEquals(await paper(page), DARK);
  }
});

Deno.test("a browser that keeps nothing shows the pages all the same", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await page.addInitScript(`Object.defineProperty(window, "localStorage", { get() { throw new Error("denied"); } });`);
  await test.goto(page);
  await page.click("#theme");
  await page.click("#theme");
  assertEquals(await paper(page), DARK);
  await page.fill("#upload-textarea", "x");
  await page.click("#upload");
  await page.locator("#result a").waitFor();
});

Deno.test("? opens the sheet of shortcuts, but not while one types, and Escape closes it", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  const sheet = page.locator("#shortcuts");
  await test.goto(page);
  await page.keyboard.type("?");
  assertEquals([await sheet.isVisible(), await page.inputValue("#upload-textarea")], [false, "?"]);
  await page.click("#help");
  assert(await sheet.isVisible());
  await page.keyboard.press("Escape");
  assertFalse(await sheet.isVisible());
  await test.goto(page, await test.paste("x"));
  await page.keyboard.press("?");
  assertStringIncludes(await sheet.textContent() ?? "", "Next, previous match");
  await page.keyboard.press("w");
  assertEquals(await page.getAttribute("#wrap", "aria-pressed"), "false");
  await page.keyboard.press("Enter");
  assertFalse(await sheet.isVisible());
});
