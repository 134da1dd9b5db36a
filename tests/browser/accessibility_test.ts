/** The pages as axe sees them, in both themes. */

import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { sampleCode, sampleJson, sampleLog } from "./samples.ts";
import { BrowserTest } from "./support.ts";

const AXE = await Deno.readTextFile(new URL(import.meta.resolve("axe-core/axe.min.js")));

interface Finding {
  readonly rule: string;
  readonly where: string;
  readonly why: string;
}

/** What axe finds wrong, with every rule of WCAG 2.2 AA and of good practice. */
async function findings(page: Page): Promise<readonly Finding[]> {
  await page.evaluate(AXE);
  return await page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ target, failureSummary }) => ({
      rule: id, where: String(target), why: failureSummary,
    })))
  )`);
}

Deno.test("axe finds nothing wrong with the upload page and the viewer, in both themes", async () => {
  await using test = await BrowserTest.open();
  const log = await test.paste(sampleLog(60), "a.log");
  const json = await test.paste(sampleJson(10), "a.jsonl");
  const code = await test.paste(sampleCode(), "a.ts");
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await test.page({ colorScheme });
    await test.goto(page);
    assertEquals(await findings(page), [], `upload page, ${colorScheme}`);
    await page.fill("#upload-textarea", "x");
    await page.click("#upload");
    await page.locator("#result a").waitFor();
    await page.mouse.move(0, 0);
    assertEquals(await findings(page), [], `result, ${colorScheme}`);
    await page.click("#help");
    assertEquals(await findings(page), [], `shortcuts, ${colorScheme}`);
    await test.goto(page, `${log}#L4-L11`);
    await page.fill("#search", "timeout");
    await page.locator(".current").waitFor();
    assertEquals(await findings(page), [], `log, ${colorScheme}`);
    await test.goto(page, json);
    await page.click("#json");
    await page.locator(".pretty").first().waitFor();
    assertEquals(await findings(page), [], `JSON, ${colorScheme}`);
    await test.goto(page, code);
    await page.locator(".hljs-keyword").first().waitFor();
    assertEquals(await findings(page), [], `code, ${colorScheme}`);
    await page.close();
  }
});
