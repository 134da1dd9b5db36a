/** Pastes that can be read once, in a browser. */

import { assertEquals } from "@std/assert";
import { BrowserTest } from "./support.ts";

Deno.test("a paste that burns is asked about before it is shown, and gone afterwards", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page);
  await page.fill("#upload-textarea", "a secret");
  await page.check("#burn");
  await page.click("#upload");
  const link = await page.locator("#result a").getAttribute("href") ?? "";

  for (let look = 0; look < 2; look++) {
    await page.goto(link);
    assertEquals(await page.textContent("h1"), "This paste can be read once");
  }
  await page.click("#burn");
  await page.waitForURL(/\/raw\??$/);
  assertEquals(await page.textContent("body"), "a secret");
  assertEquals((await page.goto(link))?.status(), 404);
});
