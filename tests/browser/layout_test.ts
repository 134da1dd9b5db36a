/** Where things stand on the pages: nothing moves when a script fills something in, and nothing is squeezed. */

import { assert, assertEquals } from "@std/assert";
import { BrowserTest } from "./support.ts";

/** What a page has moved since it was opened, without being asked to: a share of the screen. */
const WATCH_SHIFTS = `
  globalThis.shift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => globalThis.shift += value))
    .observe({ type: "layout-shift", buffered: true });
`;

/** Of the screen; the two glyphs of a count may push their neighbours a little. */
const MOST_SHIFT = 0.002;

Deno.test("the upload page stays where it is when the list of one's own pastes is filled in, on every screen", async () => {
  await using test = await BrowserTest.open();
  for (const width of [320, 360, 390, 700, 1280]) {
    const page = await test.page({ viewport: { width, height: 720 } });
    await page.addInitScript(WATCH_SHIFTS);
    await test.goto(page);
    await page.fill("#upload-textarea", "mine");
    await page.click("#upload");
    await page.locator("#result a").waitFor();
    await test.goto(page);
    const shift = await page.evaluate<number>(`new Promise((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(globalThis.shift))));
    })`);
    assert(shift < MOST_SHIFT, `${width}: ${shift}`);
    await page.context().close();
  }
});

Deno.test("no word of the title is broken, and nothing is wider than the screen", async () => {
  await using test = await BrowserTest.open();
  for (const width of [320, 360, 390]) {
    const page = await test.page({ viewport: { width, height: 720 } });
    await test.goto(page);
    const [lines, overflow] = await page.evaluate<[number, number]>(`{
      const title = document.querySelector("h1");
      const lines = Math.round(title.offsetHeight / parseFloat(getComputedStyle(title).lineHeight));
      [lines, document.documentElement.scrollWidth - innerWidth];
    }`);
    assertEquals([lines, overflow], [1, 0], String(width));
    await page.context().close();
  }
});

Deno.test("the button of an error's page stands apart from what went wrong", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await page.goto(`${test.url}/000000000000`);
  const [problem, button] = [await page.locator("#problem").boundingBox(), await page.locator(".button").boundingBox()];
  assert(problem && button && button.y - problem.y - problem.height >= 16);
});

Deno.test("a long title of the site leaves the viewer's tools on one line", async () => {
  await using test = await BrowserTest.open({ title: "The pastes of the department of long names, and of others" });
  const page = await test.page();
  await test.goto(page, await test.paste("a\n", "app.log"));
  const [title, tools] = [await page.locator(".home").boundingBox(), await page.locator("#raw").boundingBox()];
  assert(title && tools && tools.y < title.y + title.height);
  const facts = await page.locator(".facts").boundingBox();
  assert(facts && facts.height < 30, `${facts?.height}`);
});
