/** Large and odd pastes: they show at once, scroll without blank screens, and break nothing. */

import { assert, assertEquals, assertLess } from "@std/assert";
import type { Page } from "playwright-core";
import { sampleLog } from "./samples.ts";
import { BrowserTest, keepScreenshot } from "./support.ts";

/** Generous: the machine of a test may be busy with others. On an idle one it is a quarter of this. */
const FIRST_PAINT_MS = 2_500;

const LINES = 100_000;

/** When text was first painted, counted from the click, in milliseconds. */
async function firstPaint(page: Page): Promise<number> {
  return await page.evaluate(`performance.getEntriesByName("first-contentful-paint")[0].startTime`);
}

/** How many of the rows on the screen show a line of text, out of how many that were looked at. */
async function shownRows(page: Page): Promise<readonly [shown: number, rows: number]> {
  return await page.evaluate(`{
    const box = document.querySelector("#paste").getBoundingClientRect();
    const rows = [];
    for (let y = box.top + 10; y < box.bottom - 30; y += 20) {
      const line = document.elementFromPoint(box.left + 100, y)?.closest(".block > span");
      rows.push(line !== null && line !== undefined && line.checkVisibility({ contentVisibilityAuto: true }) &&
        line.textContent.length > 20);
    }
    [rows.filter((shown) => shown).length, rows.length];
  }`);
}

Deno.test("100,000 lines: the first are painted at once, and scrolling shows text wherever it stops", async (t) => {
  await using test = await BrowserTest.open({ maxBytes: 20 * 1024 ** 2 });
  const page = await test.page();
  const address = await test.paste(sampleLog(LINES), "large.log");
  await page.goto(address, { waitUntil: "commit" });
  await page.locator("html[data-ready]").waitFor({ state: "attached", timeout: 60_000 });
  const paintMs = await firstPaint(page);

  await t.step(`first lines painted after ${Math.round(paintMs)} ms`, () => assertLess(paintMs, FIRST_PAINT_MS));

  await t.step("no blank screen at any place", async () => {
    for (const share of [0.1, 0.35, 0.9, 1, 0.5, 0]) {
      await page.evaluate(`{
        const paste = document.querySelector("#paste");
        paste.scrollTop = paste.scrollHeight * ${share};
        // A jump across the page takes one frame to learn what is in view, and shows it in the next.
        const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        frame().then(frame);
      }`);
      const [shown, rows] = await shownRows(page);
      assert(shown >= rows - 3, `at ${share}: ${shown} of ${rows} rows`);
      await keepScreenshot(page, `large-${share}`);
    }
  });

  await t.step("the height is right from the beginning: nothing jumps", async () => {
    const heights = new Set<number>();
    for (let i = 0; i < 20; i++) {
      await page.mouse.move(600, 400);
      await page.mouse.wheel(0, 3_000);
      heights.add(await page.evaluate("paste.scrollHeight"));
    }
    assertEquals([...heights].length, 1);
    assert(await page.evaluate("paste.scrollTop > 10_000"));
  });

  await t.step("a search through all of it answers", async () => {
    await page.keyboard.press("/");
    await page.fill("#search", "81723");
    await page.locator("#match-count").getByText("/ 9,091").waitFor();
  });
});

Deno.test("one line of 2 MiB is shown, wrapped, and the page stays as wide as the screen", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page, await test.paste(`${"0123456789abcde ".repeat(2 ** 17 - 1)}the end`));
  assert(await page.evaluate("paste.scrollWidth === paste.clientWidth"));
  assert((await page.textContent("#L1"))?.endsWith("the end\n"));
  await page.evaluate("paste.scrollTop = paste.scrollHeight");
  await page.keyboard.press("/");
  await page.fill("#search", "the end");
  await page.locator("#match-count").getByText("1 / 1", { exact: true }).waitFor();
});

Deno.test("binary content is shown with pictures for what is no text", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919 + (i >> 8)) % 256);
  await test.goto(page, await test.paste(bytes, "a.out"));
  assert((await page.textContent("#L1"))?.startsWith("␀\ufffd"));
  assert((await page.locator(".block > span").count()) > 100);
});
