/** Pastes that expire, as one sees them in a browser. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { BrowserTest } from "./support.ts";

const HOUR_MS = 3_600_000;

Deno.test("a paste's page and the list of one's own tell when it expires, and then it leaves the list", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page);
  await page.fill("#upload-textarea", "not for long");
  await page.selectOption("#expire", "1h");
  await page.fill("#name", "short.log");
  const before = Date.now();
  await page.click("#upload");
  const link = await page.locator("#result a").getAttribute("href") ?? "";
  const lifeMs = [before, Date.now()].map((ms) => ms + HOUR_MS);
  assertMatch(await page.textContent("#mine-list .about") ?? "", /^12 B · .+ · expires .+/);
  assertEquals(await page.textContent("#mine-list a"), "short.log");

  await test.goto(page, link);
  assertEquals(await page.textContent("h1"), "short.log");
  const end = Date.parse(await page.getAttribute(".facts span:last-child time", "datetime") ?? "");
  // Within the seconds that a server may round to.
  assert(end >= (lifeMs[0] ?? 0) - 1_000 && end <= (lifeMs[1] ?? 0) + 1_000, `${end} ${lifeMs}`);

  await page.clock.install({ time: end + 1_000 });
  await test.goto(page);
  assertEquals(await page.locator("#mine-list li").count(), 0);
});
