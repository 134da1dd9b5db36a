/** Deleting one's own pastes in a browser. */

import { assertEquals } from "@std/assert";
import { BrowserTest } from "./support.ts";

async function statusOf(links: readonly string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const link of links) {
    const answer = await fetch(link, { method: "HEAD" });
    statuses.push(answer.status);
  }
  return statuses;
}

Deno.test("what was uploaded with this browser can be deleted from the list, after it asked once more", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  const links: string[] = [];
  for (const text of ["first", "second"]) {
    await test.goto(page);
    await page.fill("#upload-textarea", text);
    await page.click("#upload");
    links.push(await page.locator("#result a").getAttribute("href") ?? "");
  }
  await test.goto(page);
  assertEquals(await page.textContent("#mine-link"), "Your pastes (2)");
  const button = page.locator("#mine-list button").first();
  await button.click();
  assertEquals([await button.textContent(), await statusOf(links)], ["Really delete?", [200, 200]]);
  await button.click();
  await page.locator("#mine-message").getByText("Deleted ").waitFor();
  assertEquals(await page.locator("#mine-list li").count(), 1);
  assertEquals(await statusOf(links), [200, 404]);
});

Deno.test("a deletion that is refused leaves the paste on the list, and says why", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page);
  await page.fill("#upload-textarea", "mine");
  await page.click("#upload");
  const link = await page.locator("#result a").getAttribute("href") ?? "";
  await page.evaluate(`{
    const pastes = JSON.parse(localStorage.getItem("pastes"));
    localStorage.setItem("pastes", JSON.stringify(pastes.map((paste) => ({ ...paste, deleteToken: "x".repeat(22) }))));
  }`);
  await test.goto(page);
  const button = page.locator("#mine-list button").first();
  await button.click();
  await button.click();
  await page.locator("#mine-message").getByText("Cannot delete the paste").waitFor();
  assertEquals([await statusOf([link]), await page.locator("#mine-list li").count()], [[200], 1]);
});
