/** The viewer: lines and their links, colours, wrapping, JSON, code, copying. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { sampleCode, sampleJson, sampleLog } from "./samples.ts";
import { BrowserTest } from "./support.ts";

const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };

/** Clicks on a line's number. */
async function clickNumber(page: Page, line: number, modifiers: ("Shift")[] = []): Promise<void> {
  await page.locator(`#L${line}`).click({ position: { x: 12, y: 8 }, modifiers });
}

/** The numbers of the lines that are highlighted. */
async function highlighted(page: Page): Promise<number[]> {
  return await page.evaluate(`[...document.querySelectorAll(".selected")].map((line) => Number(line.dataset.n))`);
}

async function computed(page: Page, selector: string, property: string): Promise<string> {
  return await page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`);
}

async function copied(page: Page): Promise<string> {
  return await page.evaluate("navigator.clipboard.readText()");
}

/** Whether a line can be seen. */
async function isInView(page: Page, line: number): Promise<boolean> {
  return await page.evaluate(`{
    const line = document.querySelector("#L${line}").getBoundingClientRect();
    const box = document.querySelector("#paste").getBoundingClientRect();
    line.top >= box.top && line.bottom <= box.bottom;
  }`);
}

Deno.test("a click on a number makes a link to the line, with shift to a range, and again takes it back", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  const address = await test.paste(sampleLog(50));
  await test.goto(page, address);
  await clickNumber(page, 5);
  assertEquals([page.url(), await highlighted(page)], [`${address}#L5`, [5]]);
  await clickNumber(page, 8, ["Shift"]);
  assertEquals([page.url(), await highlighted(page)], [`${address}#L5-L8`, [5, 6, 7, 8]]);
  await clickNumber(page, 3, ["Shift"]);
  assertEquals([page.url(), await highlighted(page)], [`${address}#L3-L5`, [3, 4, 5]]);
  assertEquals(await page.evaluate("getSelection().toString()"), "");
  await clickNumber(page, 9);
  await clickNumber(page, 9);
  assertEquals([page.url(), await highlighted(page)], [address, []]);
});

Deno.test("a link to lines leads there, far down too, and survives nonsense", async () => {
  await using test = await BrowserTest.open();
  const address = await test.paste(sampleLog(5_000));
  const cases: readonly (readonly [string, number[]])[] = [
    ["#L4321", [4321]],
    ["#L2500-L2502", [2500, 2501, 2502]],
    ["#L12-10", [10, 11, 12]],
    ["#L4999-L9999", [4999, 5000]],
    ["#L0", []],
    ["#L6000", []],
    ["#%00<script>", []],
  ];
  for (const [hash, lines] of cases) {
    const page = await test.page();
    await test.goto(page, address + hash);
    assertEquals(await highlighted(page), lines, hash);
    const [first] = lines;
    if (first !== undefined) {
      await page.locator(`#L${first}`).waitFor();
      assert(await isInView(page, first), hash);
    }
    await page.close();
  }
});

Deno.test("without JavaScript a link to a line highlights it", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page({ javaScriptEnabled: false });
  await page.goto(`${await test.paste(sampleLog(500))}#L400`);
  assertEquals(await page.locator(":target").getAttribute("data-n"), "400");
  assertEquals(await computed(page, ":target", "backgroundColor"), "rgb(255, 245, 209)");
});

Deno.test("terminal colours are shown, and other sequences are not", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(
    page,
    await test.paste("\x1b]0;title\x07\x1b[1;31mred\x1b[0m \x1b[48;2;0;0;255mblue\x1b[K\x1b[m end\n"),
  );
  assertEquals(await page.textContent("#L1"), "red blue end\n");
  const [red, blue] = ["#L1 span:nth-child(1)", "#L1 span:nth-child(2)"] as const;
  assertEquals([await page.textContent(red), await page.textContent(blue)], ["red", "blue"]);
  assertEquals(await computed(page, red, "color"), "rgb(196, 43, 43)");
  assertEquals(await computed(page, red, "fontWeight"), "700");
  assertEquals(await computed(page, blue, "backgroundColor"), "rgb(0, 0, 255)");
  assertEquals(await computed(page, blue, "color"), "rgb(255, 255, 255)");
});

Deno.test("a line beyond the end is not gone to, and the page says how many there are", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page, await test.paste("a\nb\nc\n"));
  await page.keyboard.press("g");
  await page.fill("#go-to-line", "4");
  await page.keyboard.press("Enter");
  await page.locator("#notice").getByText("There are 3 lines").waitFor();
  assertEquals(await page.evaluate("location.hash"), "");
});

Deno.test("errors are counted, and one goes from one to the next", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page, await test.paste(sampleLog(1_000)));
  assertEquals(await page.textContent("#errors"), "91 errors");
  await page.keyboard.press("e");
  await page.keyboard.press("e");
  assertEquals(await highlighted(page), [17]);
  await page.keyboard.press("Shift+E");
  await page.keyboard.press("Shift+E");
  assertEquals(await highlighted(page), [996]);
  assert(await isInView(page, 996));
});

Deno.test("wrapping is chosen once and holds on the next page", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  const address = await test.paste(`${"word ".repeat(400)}\n`);
  const width = (): Promise<boolean> => page.evaluate(`paste.scrollWidth > paste.clientWidth`);
  await test.goto(page, address);
  assertEquals([await width(), await page.getAttribute("#wrap", "aria-pressed")], [true, "false"]);
  await page.keyboard.press("w");
  assertEquals([await width(), await page.getAttribute("#wrap", "aria-pressed")], [false, "true"]);
  await test.goto(page, address);
  assertEquals([await width(), await page.getAttribute("#wrap", "aria-pressed")], [false, "true"]);
  await page.click("#wrap");
  assert(await width());
});

Deno.test("JSON lines are formatted on demand, digit by digit as they were, and put back", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page, await test.paste(`plain\n{"id":12345678901234567890,"a":[],"b":{"c":"x, {y}"}}\n{broken\n`));
  await page.keyboard.press("j");
  await page.locator("#L2.pretty").waitFor();
  const pretty = '{\n  "id": 12345678901234567890,\n  "a": [],\n  "b": {\n    "c": "x, {y}"\n  }\n}\n';
  assertEquals(await page.textContent("#L2"), pretty);
  assertEquals([await page.textContent("#L1"), await page.textContent("#L3")], ["plain\n", "{broken\n"]);
  assertEquals(await page.locator("#L2 .hljs-attr").first().textContent(), '"id"');
  await page.keyboard.press("j");
  assertEquals(await page.textContent("#L2"), '{"id":12345678901234567890,"a":[],"b":{"c":"x, {y}"}}\n');
  await test.goto(page, await test.paste("no braces here\n"));
  await page.keyboard.press("j");
  await page.getByText("No line here is a JSON object or array").waitFor();
  assertEquals(await page.getAttribute("#json", "aria-pressed"), "false");
});

Deno.test("JSON far down is formatted when one gets there", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page, await test.paste(sampleJson(3_000)));
  await page.keyboard.press("j");
  await page.locator("#L1.pretty").waitFor();
  assertEquals(await page.locator("#L2000.pretty").count(), 0);
  await page.evaluate(`document.querySelector("#L2000").scrollIntoView()`);
  await page.locator("#L2000.pretty").waitFor();
});

Deno.test("code is coloured by the ending of its name, and its text stays the same", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page, await test.paste(sampleCode(), "retry.ts"));
  await page.locator(".hljs-keyword").first().waitFor();
  assertEquals((await page.locator(".block > span").allTextContents()).join(""), sampleCode());
  assertEquals(await page.locator("#L1 .hljs-comment").textContent(), "// Tries again, with pauses that grow.");
});

Deno.test("copying gives plain text without numbers: everything, chosen lines, or a selection", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page(CLIPBOARD);
  const lines = Array.from({ length: 1_000 }, (_, i) => `  line ${i + 1}\t<&>`);
  await test.goto(page, await test.paste(`${lines.join("\n")}\n\x1b[31mred\x1b[0m\n\nend`));
  await page.click("#copy");
  await page.getByText("Copied", { exact: true }).first().waitFor();
  assertEquals(await copied(page), `${lines.join("\n")}\nred\n\nend\n`);
  await clickNumber(page, 2);
  await clickNumber(page, 3, ["Shift"]);
  await page.keyboard.press("c");
  await page.getByText("Copied 2 lines").waitFor();
  assertEquals(await copied(page), `${lines[1]}\n${lines[2]}\n`);
  await page.evaluate(`{
    const text = (n) => document.querySelector("#L" + n).firstChild;
    getSelection().setBaseAndExtent(text(2), 2, text(900), 6);
  }`);
  await page.keyboard.press("Control+c");
  assertEquals(await copied(page), ["line 2\t<&>", ...lines.slice(2, 899), "  line"].join("\n"));
  await page.evaluate(`{
    const line = document.querySelector("#L2").firstChild;
    getSelection().setBaseAndExtent(line, 2, line, 6);
  }`);
  await page.keyboard.press("Control+c");
  assertEquals(await copied(page), "line");
});

Deno.test("one goes to a line by its number, and the raw bytes and a download are a click away", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  const address = await test.paste(sampleLog(2_000), "my app.log");
  await test.goto(page, address);
  await page.keyboard.press("g");
  await page.keyboard.type("1500 - 1501");
  await page.keyboard.press("Enter");
  await page.locator("#L1500.selected").waitFor();
  assert(await isInView(page, 1500));
  assertEquals(await highlighted(page), [1500, 1501]);
  const download = page.waitForEvent("download");
  await page.click("#download");
  assertEquals((await download).suggestedFilename(), "my app.log");
  assertEquals(await Deno.readTextFile(await (await download).path()), sampleLog(2_000));
  await page.keyboard.press("r");
  await page.waitForURL(`${address}/raw`);
});

Deno.test("a duplicate starts from the text and the name", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page, await test.paste("a ü\nb\n", "ü 1.log"));
  await page.click("#duplicate");
  await page.waitForURL(/\?from=/);
  const field = page.locator("#upload-textarea");
  await page.getByText("7 B of 2 MiB").waitFor();
  assertEquals([await field.inputValue(), await page.inputValue("#name")], ["a ü\nb\n", "ü 1.log"]);
  assertStringIncludes(await page.title(), "Pastestream");
});
