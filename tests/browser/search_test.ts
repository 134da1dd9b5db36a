/** Searching and filtering within a paste. */

import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { sampleLog } from "./samples.ts";
import { BrowserTest } from "./support.ts";

async function current(page: Page): Promise<number> {
  return Number(await page.locator(".current").getAttribute("data-n"));
}

/** Types into the field and waits for the count. */
async function search(page: Page, text: string, count: string): Promise<void> {
  await page.fill("#search", text);
  await page.locator("#match-count").getByText(count, { exact: true }).waitFor();
}

/** The text of what is marked as found. */
async function marked(page: Page): Promise<string[]> {
  return await page.evaluate(`[...CSS.highlights.get("found")].map((range) => range.toString())`);
}

Deno.test("a search counts, marks and leads from match to match", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page, await test.paste(sampleLog(3_000)));
  await page.keyboard.press("/");
  await page.locator("#search:focus").waitFor();
  await search(page, "timeout", "1 / 273");
  assertEquals([await current(page), new Set(await marked(page))], [6, new Set(["timeout"])]);
  await page.keyboard.press("Enter");
  assertEquals(await current(page), 17);
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.press("Shift+Enter");
  assertEquals(await current(page), 2998);
  assertEquals(await page.textContent("#match-count"), "273 / 273");
  await page.keyboard.press("Escape");
  assertEquals([await page.inputValue("#search"), await page.textContent("#match-count")], ["", ""]);
  assertEquals(await marked(page), []);
});

Deno.test("capitals matter only when there are some in the search", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page, await test.paste("Error\nerror\nERROR\na.c\nabc\n"));
  await search(page, "error", "1 / 3");
  await search(page, "Error", "1 / 1");
  await search(page, "a.c", "1 / 1");
});

Deno.test("a regular expression finds, also across colours, and a broken one is explained", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page, await test.paste("a \x1b[31mre\x1b[32md\x1b[0m line\nplain\nid=42 id=7\n"));
  await page.click("#regex");
  await search(page, "red|id=\\d+", "1 / 2");
  assertEquals(await marked(page), ["red", "id=42", "id=7"]);
  await page.fill("#search", "(");
  await page.locator("#notice.wrong").getByText("Unterminated group").waitFor();
  await search(page, "^", "1 / 3");
  assertEquals(await page.textContent("#notice"), "");
});

Deno.test("an expression that never comes to an end is ended, and the page stays alive", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page, await test.paste(`${"a".repeat(60)}!\nb\n`));
  await page.click("#regex");
  await page.fill("#search", "^(a+)+$");
  await page.getByText("This expression takes too long").waitFor();
  // What is typed while one runs that does not end is searched for all the same.
  await page.fill("#search", "^(a+)+b$");
  await search(page, "b$", "1 / 1");
  assertEquals(await current(page), 2);
});

Deno.test("the filter leaves only matching lines, with their numbers, and can be taken off", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page, await test.paste(sampleLog(2_000)));
  await search(page, "timeout", "1 / 182");
  await page.click("#filter");
  const visible = page.locator(".block > span:visible");
  assertEquals(await visible.count(), 182);
  assertEquals(await visible.nth(1).getAttribute("data-n"), "17");
  const height: number = await page.evaluate("paste.scrollHeight");
  assert(height > 182 * 20 && height < 182 * 20 + 100, `${height}`);
  await search(page, "pool exhausted", "1 / 182");
  assertEquals(await visible.nth(0).getAttribute("data-n"), "4");
  await page.keyboard.press("Escape");
  assertEquals([await visible.count() > 1_000, await page.getAttribute("#filter", "aria-pressed")], [true, "false"]);
});

Deno.test("what is found stays marked in code that comes into view, and when JSON is shown as it was again", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page, await test.paste('const text = "needle";\n'.repeat(1_000), "code.ts"));
  await page.locator(".hljs-keyword").first().waitFor();
  await search(page, "needle", "1 / 1,000");
  await page.evaluate("paste.scrollTop = 10_000");
  await page.locator("#L501 .hljs-keyword").waitFor();
  const isMarked = await page.evaluate(`[...CSS.highlights.get("found")].some((range) =>
    range.toString() === "needle" && range.startContainer.parentElement.closest("#L501"))`);
  assert(isMarked);

  await test.goto(page, await test.paste('{"text":"needle"}\n'.repeat(20), "lines.jsonl"));
  await search(page, "needle", "1 / 20");
  await page.click("#json");
  await page.locator(".pretty").first().waitFor();
  await page.click("#json");
  assertEquals(await marked(page), new Array(20).fill("needle"));
});

Deno.test("with the filter on, one goes from error to error among the lines that are left", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  const log = ["ERROR a", "INFO a", "ERROR b", "INFO b", "ERROR a"];
  await test.goto(page, await test.paste(log.join("\n")));
  await search(page, "a$", "0");
  await page.click("#regex");
  await page.locator("#match-count").getByText("1 / 3", { exact: true }).waitFor();
  await page.click("#filter");
  const went: string[] = [];
  for (let i = 0; i < 3; i++) {
    await page.click("#next-error");
    went.push(await page.evaluate("location.hash"));
  }
  assertEquals(went, ["#L1", "#L5", "#L1"]);
  await page.fill("#search", "INFO");
  await page.locator("#match-count").getByText("1 / 2", { exact: true }).waitFor();
  await page.click("#next-error");
  assertEquals(await page.textContent("#notice"), "No error among these lines");
});
