/** The pages as axe sees them, in both themes; and that nothing moves under the pointer. */

import { Buffer } from "node:buffer";
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

Deno.test("axe finds nothing wrong on a phone, without JavaScript's help, or in the dialogs", async () => {
  await using test = await BrowserTest.open();
  const log = await test.paste(sampleLog(60), "a.log");
  const page = await test.page({ viewport: { width: 390, height: 780 } });
  await test.goto(page);
  await page.setInputFiles("#file", { name: "a.log", mimeType: "text/plain", buffer: Buffer.from("x") });
  assertEquals(await findings(page), [], "a chosen file");
  await test.goto(page, log);
  assertEquals(await findings(page), [], "the viewer");
  await page.keyboard.press("g");
  assertEquals(await findings(page), [], "going to a line");
  await page.evaluate(`{
    document.querySelector("#go-to").close();
    document.documentElement.classList.remove("js");
  }`);
  assertEquals(await findings(page), [], "without scripts");
});

Deno.test("a chosen file takes exactly the room of the text", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page);
  const place = (): Promise<number> => page.evaluate(`upload.getBoundingClientRect().top`);
  const before = await place();
  await page.setInputFiles("#file", { name: "a.log", mimeType: "text/plain", buffer: Buffer.from("x") });
  await page.locator("#file-chip").waitFor();
  assertEquals(Math.round(await place() - before), 0);
  await page.click("#upload");
  await page.locator("#result a").waitFor();
  const docs: number = await page.evaluate(`docs.getBoundingClientRect().top`);
  await page.evaluate(`result.replaceChildren()`);
  assertEquals(await page.evaluate(`docs.getBoundingClientRect().top`), docs);
});
