/** Deleting one's own pastes in a browser. */

import { assertEquals } from "@std/assert";
import { StandIn } from "./stand_in.ts";
import { BrowserTest } from "./support.ts";

Deno.test("what was uploaded with this browser can be deleted from the list, after it asked once more", async () => {
  await using test = await BrowserTest.visit(await StandIn.open());
  const page = await test.page();
  await test.goto(page);
  for (const text of ["first", "second"]) {
    await page.fill("#upload-textarea", text);
    await page.click("#upload");
    await page.locator("#result a").waitFor();
  }
  await test.goto(page);
  assertEquals(await page.textContent("#mine-link"), "Your pastes (2)");
  const button = page.locator("#mine-list button").first();
  await button.click();
  assertEquals([await button.textContent(), test.site.size], ["Really delete?", 2]);
  await button.click();
  await page.getByText("Deleted 000000000001").waitFor();
  assertEquals([test.site.size, await page.locator("#mine-list li").count()], [1, 1]);
  assertEquals((await page.goto(`${test.url}/000000000001`))?.status(), 404);
});

Deno.test("a deletion that is refused leaves the paste on the list, and says why", async () => {
  await using test = await BrowserTest.visit(await StandIn.open());
  const page = await test.page();
  await test.goto(page);
  await page.fill("#upload-textarea", "mine");
  await page.click("#upload");
  await page.locator("#result a").waitFor();
  await page.evaluate(`localStorage.setItem("pastes", localStorage.getItem("pastes").replace("token-", "wrong-"))`);
  await test.goto(page);
  const button = page.locator("#mine-list button").first();
  await button.click();
  await button.click();
  await page.getByText("Cannot delete the paste").waitFor();
  assertEquals([test.site.size, await page.locator("#mine-list li").count()], [1, 1]);
});
