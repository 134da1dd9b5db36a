/** Pictures of every page in both themes and on a phone, for people to look at: see `.ci/tmp/screenshots`. */

import { assert } from "@std/assert";
import { BrowserTest, keepScreenshot } from "./support.ts";
import { sampleCode, sampleJson, sampleLog } from "./samples.ts";

const DEVICES = [
  { name: "desktop", viewport: { width: 1280, height: 800 } },
  { name: "phone", viewport: { width: 390, height: 780 } },
] as const;

Deno.test("the pages have their picture taken in both themes, on a desk and on a phone", async () => {
  await using test = await BrowserTest.open();
  const log = await test.paste(sampleLog(400), "deploy.log");
  const json = await test.paste(sampleJson(60), "events.jsonl");
  const code = await test.paste(sampleCode(), "retry.ts");
  for (const colorScheme of ["light", "dark"] as const) {
    for (const { name, viewport } of DEVICES) {
      const page = await test.page({ colorScheme, viewport });
      const keep = (what: string): Promise<void> => keepScreenshot(page, `${what}-${name}-${colorScheme}`);
      await test.goto(page);
      await keep("home");
      await page.fill("#upload-textarea", "2026-11-20 10:00:00 ERROR out of memory\n");
      await page.click("#upload");
      await page.locator("#result a").waitFor();
      await keep("home-result");
      await test.goto(page, `${log}#L8-L10`);
      await keep("viewer");
      await page.fill("#search", "timeout");
      await page.locator(".current").waitFor();
      await keep("viewer-search");
      await test.goto(page, json);
      await page.click("#json");
      await page.locator(".pretty").first().waitFor();
      await keep("viewer-json");
      await test.goto(page, code);
      await page.locator(".hljs-keyword").first().waitFor();
      await keep("viewer-code");
      await page.keyboard.press("?");
      await keep("viewer-shortcuts");
      const taken = new URL(`../../.ci/tmp/screenshots/viewer-${name}-${colorScheme}.png`, import.meta.url);
      assert((await Deno.stat(taken)).size > 10_000);
    }
  }
});
