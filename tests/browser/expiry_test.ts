/** Pastes that expire, as one sees them in a browser. */

import { assertEquals, assertMatch } from "@std/assert";
import { StandIn } from "./stand_in.ts";
import { BrowserTest } from "./support.ts";

Deno.test("a paste's page and the list of one's own tell when it expires, and then it is gone from both", async () => {
  await using test = await BrowserTest.visit(await StandIn.open());
  const page = await test.page();
  await test.goto(page);
  await page.fill("#upload-textarea", "not for long");
  await page.selectOption("#expire", "1h");
  await page.fill("#name", "short.log");
  await page.click("#upload");
  const link = await page.locator("#result a").getAttribute("href") ?? "";
  assertMatch(await page.textContent("#mine-list .about") ?? "", /^12 B · .+ · expires .+/);
  assertEquals(await page.textContent("#mine-list a"), "short.log");

  await test.goto(page, link);
  const end = await page.getAttribute(".facts span:last-child time", "datetime");
  assertEquals(end, new Date(test.site.nowMs + 3_600_000).toISOString());

  test.site.nowMs += 3_600_001;
  assertEquals((await page.goto(link))?.status(), 404);
  await page.clock.install({ time: test.site.nowMs });
  await test.goto(page);
  assertEquals(await page.locator("#mine-list li").count(), 0);
});
