/** Pastes, names and titles that try to run something: none does, in the viewer, the upload page or raw. */

import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { BrowserTest } from "./support.ts";

/** Each would call `owned()` if a browser took it for more than text. */
const ATTACKS = [
  "<script>owned()</script>",
  "</pre></main><script>owned()</script>",
  "<img src=x onerror=owned()>",
  "<svg onload=owned()>",
  '"><script>owned()</script>',
  "' onmouseover=owned() x='",
  "javascript:owned()",
  "\x1b]8;;javascript:owned()\x07click\x1b]8;;\x07",
  '\x1b[31;"><script>owned()</script>m',
  '{"a":"</span><script>owned()</script>"}',
  "<!--<script>owned()</script>",
  "&lt;script&gt;owned()&lt;/script&gt;",
  "\u2028<script>owned()</script>",
];

/** A page that remembers when something was run. */
async function watchedPage(test: BrowserTest): Promise<{ readonly page: Page; readonly owned: string[] }> {
  const page = await test.page();
  const owned: string[] = [];
  await page.exposeFunction("owned", () => void owned.push(page.url()));
  page.on("dialog", (dialog) => void owned.push(dialog.message()));
  return { page, owned };
}

Deno.test("no content runs, raw or in the viewer, as a log, formatted or highlighted", async () => {
  await using test = await BrowserTest.open();
  const { page, owned } = await watchedPage(test);
  const text = `${ATTACKS.join("\n")}\n`;
  for (const name of ["a.log", "a.html", "a.js", "a.svg"]) {
    const address = await test.paste(text, name);
    await test.goto(page, address);
    await page.keyboard.press("j");
    await page.keyboard.press("/");
    await page.fill("#search", "<script>");
    await page.locator(".current").waitFor();
    assertEquals(await page.locator("main script, main img, main svg, main a").count(), 0, name);
    for (const raw of [`${address}/raw`, `${address}/raw/${name}`]) {
      const answer = await page.goto(raw);
      assert(answer?.headers()["content-type"]?.startsWith("text/"), raw);
    }
  }
  assertEquals(owned, []);
});

Deno.test("no file name runs, in the viewer, in a duplicate or in the list of one's own", async () => {
  await using test = await BrowserTest.open();
  const { page, owned } = await watchedPage(test);
  for (const name of ATTACKS.slice(0, 7).map((attack) => attack.replaceAll("/", ""))) {
    await test.goto(page, await test.paste("x", name));
    assertEquals(await page.textContent("h1"), name);
    await page.click("#duplicate");
    await page.locator("html[data-ready]").waitFor({ state: "attached" });
    await page.getByText("1 B of").waitFor();
    assertEquals(await page.inputValue("#name"), name);
    await page.click("#upload");
    await page.locator("#result a").waitFor();
    assertEquals(await page.locator("#mine-list a").first().textContent(), name);
  }
  await test.goto(page);
  assertEquals(await page.locator("#mine-list a").count(), 7);
  assertEquals(owned, []);
});

Deno.test("no title, address or option runs", async () => {
  const title = ATTACKS.slice(0, 7).join(" ");
  await using test = await BrowserTest.open({ title, subtitle: title });
  const { page, owned } = await watchedPage(test);
  await test.goto(page);
  assertEquals(await page.textContent("h1"), title);
  await test.goto(page, await test.paste("x"));
  assert((await page.title()).endsWith(title));
  for (const query of ["?from=", "?from=..%2F", "?title=", "#"]) {
    for (const attack of ATTACKS.slice(0, 4)) {
      await test.goto(page, `${test.url}/${query}${encodeURIComponent(attack)}`);
    }
  }
  await page.selectOption("#expire", "never");
  await page.evaluate(`expire.options[0].value = ${JSON.stringify(ATTACKS[0])}; expire.selectedIndex = 0;`);
  await page.fill("#upload-textarea", "x");
  await page.click("#upload");
  await page.locator("#result a, #form-upload-error:not(:empty)").waitFor();
  assertEquals(owned, []);
});

Deno.test("no error message runs, whatever answers", async () => {
  await using test = await BrowserTest.open();
  const { page, owned } = await watchedPage(test);
  await test.goto(page);
  await page.fill("#upload-textarea", "x");
  const answers = [
    { status: 500, body: "Cannot <img src=x onerror=owned()>" },
    { status: 502, body: "<html><script>owned()</script></html>" },
    { status: 400, body: JSON.stringify({ error: { message: "<svg onload=owned()>" } }) },
    { status: 200, body: JSON.stringify({ id: "x", url: "x<script>owned()</script>" }) },
  ];
  for (const answer of answers) {
    await page.route(
      /\/(\?.*)?$/,
      (route) => route.request().method() === "PUT" ? route.fulfill(answer) : route.continue(),
    );
    await page.click("#upload");
    await page.locator("#result a, #form-upload-error:not(:empty)").waitFor();
    await page.unrouteAll();
  }
  assertEquals(owned, []);
});
