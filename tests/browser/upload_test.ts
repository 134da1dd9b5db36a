/** The upload page, as people use it. */

import { Buffer } from "node:buffer";
import { assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { BrowserTest } from "./support.ts";

const OFFLINE = true;
const ONLINE = false;

/** Sends what the form holds; gives the paste's bytes. */
async function send(page: Page): Promise<{ readonly link: string; readonly bytes: Uint8Array }> {
  await page.click("#upload");
  const link = await page.locator("#result a").getAttribute("href") ?? "";
  return { link, bytes: await (await fetch(link)).bytes() };
}

/** Lets a file fall onto the page, or be pasted into it. */
async function giveFile(page: Page, type: "drop" | "paste", file: { name: string; text: string }): Promise<void> {
  await page.evaluate(`{
    const { type, name, text } = ${JSON.stringify({ type, ...file })};
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    const target = document.querySelector("#upload-textarea");
    const options = { bubbles: true, cancelable: true };
    if (type === "drop") {
      target.dispatchEvent(new DragEvent("dragenter", { ...options, dataTransfer: data }));
      if (document.querySelector("#drop-hint").hidden) throw new Error("nothing says that the file may be dropped");
      target.dispatchEvent(new DragEvent("drop", { ...options, dataTransfer: data }));
    } else target.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: data }));
  }`);
}

Deno.test("LogPaste's flow works: fill, click, a link appears, its target returns exactly the text", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await page.goto(`${test.url}/`);
  const text = "line one\n\ttab ü 😀 <b>\nno line break at the end";
  await page.fill("#upload-textarea", text);
  await page.click("#upload");
  const link = page.locator("#result a");
  const href = await link.getAttribute("href") ?? "";
  assertMatch(href, /^http:\/\/127\.0\.0\.1:\d+\/[0-9A-Za-z]{12}$/);
  assertEquals(await link.textContent(), href);
  assertEquals(await (await fetch(href)).text(), text);
  for (const id of ["curl-cmd", "curl-file-cmd", "js-example"]) {
    assertStringIncludes(await page.textContent(`#${id}`) ?? "", test.url);
  }
});

Deno.test("a dropped, a pasted and a chosen file are sent as they are, under their names", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  for (const way of ["drop", "paste", "choose"] as const) {
    await test.goto(page);
    const text = `${way}\r\n\0`;
    if (way === "choose") {
      await page.setInputFiles("#file", { name: "app.log", mimeType: "text/plain", buffer: Buffer.from(text) });
    } else await giveFile(page, way, { name: "app.log", text });
    assertMatch(await page.textContent("#file-name") ?? "", /^app\.log · \d+ B$/);
    assertEquals(await page.inputValue("#name"), "app.log");
    assertEquals(new TextDecoder().decode((await send(page)).bytes), text);
  }
  await page.click("#file-remove");
  assertEquals([await page.isVisible("#upload-textarea"), await page.inputValue("#name")], [true, ""]);
});

Deno.test("a failure is shown in the server's words, and the text is kept", async () => {
  await using test = await BrowserTest.open({ maxBytes: 10 });
  const page = await test.page();
  await test.goto(page);
  const problem = page.locator("#form-upload-error");
  await page.click("#upload");
  await page.getByText("Cannot store the paste as it is empty: send at least one visible character").waitFor();
  await page.fill("#upload-textarea", "12345678901");
  assertEquals(await page.textContent("#size"), "11 B of 10 B");
  await page.click("#upload");
  await page.getByText("larger than 10 bytes").waitFor();
  assertEquals(await page.inputValue("#upload-textarea"), "12345678901");
  await page.context().setOffline(OFFLINE);
  await page.click("#upload");
  await page.getByText("Cannot reach the server: check the connection and try again").waitFor();
  await page.context().setOffline(ONLINE);
  await page.fill("#upload-textarea", "short");
  await send(page);
  assertEquals(await problem.textContent(), "");
});

Deno.test("an upload tells how far it is, and can be cancelled", async () => {
  await using test = await BrowserTest.open({ maxBytes: 50_000_000 });
  const page = await test.page();
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 200_000,
  });
  await test.goto(page);
  const buffer = Buffer.alloc(20_000_000, "x");
  await page.setInputFiles("#file", { name: "big.log", mimeType: "text/plain", buffer });
  await page.click("#upload");
  await page.locator("#progress").waitFor();
  await page.locator('#progress:not([value="0"])').waitFor();
  await page.click("#cancel");
  await page.locator("#progress").waitFor({ state: "hidden" });
  assertEquals([await page.isEnabled("#upload"), await page.textContent("#form-upload-error")], [true, ""]);
});

Deno.test("the keyboard is enough: write, Ctrl+Enter, and the link has the focus", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  await test.goto(page);
  await page.keyboard.type("typed ? / t");
  await page.keyboard.press("Control+Enter");
  await page.locator("#result a:focus").waitFor();
  await page.keyboard.press("Enter");
  await page.locator("#paste").waitFor();
  assertEquals(await page.textContent("#L1"), "typed ? / t\n");
});

Deno.test("the link is copied on demand", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page({ permissions: ["clipboard-read", "clipboard-write"] });
  await test.goto(page);
  await page.fill("#upload-textarea", "x");
  const { link } = await send(page);
  await page.click("#copy-link");
  await page.getByText("Copied").waitFor();
  assertEquals(await page.evaluate("navigator.clipboard.readText()"), link);
});

Deno.test("without JavaScript the form sends text, or a file, and shows the paste", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page({ javaScriptEnabled: false });
  await page.goto(`${test.url}/`);
  assertFalse(await page.isVisible("#help"));
  await page.fill("#upload-textarea", "written by hand");
  await page.click("#upload");
  await page.waitForURL(/\/[0-9A-Za-z]{12}$/);
  assertEquals(await page.textContent("#L1"), "written by hand\n");
  assertEquals([await page.isVisible("#raw"), await page.isVisible("#search")], [true, false]);
  await page.goto(`${test.url}/`);
  await page.setInputFiles("#file", { name: "a.log", mimeType: "text/plain", buffer: Buffer.from("from a file") });
  await page.click("#upload");
  await page.waitForURL(/\/[0-9A-Za-z]{12}$/);
  assertEquals(await page.textContent("#L1"), "from a file\n");
});

Deno.test("other people's pages upload through logpaste.js", async () => {
  await using test = await BrowserTest.open();
  const page = await test.page();
  const embedding = `<script src="${test.url}/js/logpaste.js"></script>`;
  const other = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    ({ url }) => new Response(url.endsWith("/") ? embedding : "", { headers: { "Content-Type": "text/html" } }),
  );
  await page.goto(`http://127.0.0.1:${other.addr.port}/`);
  const id = await page.evaluate<string>(`logpaste.uploadText("from elsewhere", ${JSON.stringify(test.url)})`);
  assertEquals(await (await fetch(`${test.url}/${id}`)).text(), "from elsewhere");
  await other.shutdown();
});
