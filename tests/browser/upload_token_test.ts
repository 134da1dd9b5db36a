/** Instances that want a token for uploads, in a browser. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { BrowserTest } from "./support.ts";

const TOKEN = "0123456789abcdef";

Deno.test("the page asks for the token that the instance wants, and remembers it until the tab is closed", async () => {
  await using test = await BrowserTest.open({ uploadTokens: [TOKEN] });
  const page = await test.page();
  await test.goto(page);
  await page.fill("#upload-textarea", "for those with a token");
  await page.fill("#token", "another-token-01");
  await page.click("#upload");
  await page.getByText("Cannot store the paste").waitFor();
  await page.fill("#token", ` ${TOKEN} `);
  await page.click("#upload");
  const link = await page.locator("#result a").getAttribute("href") ?? "";
  assertEquals(await (await fetch(link)).text(), "for those with a token");

  await test.goto(page);
  assertEquals(await page.inputValue("#token"), TOKEN);
  await page.fill("#upload-textarea", "again");
  await page.click("#upload");
  await page.locator("#result a").waitFor();

  const other = await (await test.context()).newPage();
  await test.goto(other);
  assertEquals(await other.inputValue("#token"), "");
});

Deno.test("other people's pages upload through logpaste.js with a token, and are told when it is missing", async () => {
  await using test = await BrowserTest.open({ uploadTokens: [TOKEN] });
  const page = await test.page();
  const embedding = `<script src="${test.url}/js/logpaste.js"></script>`;
  await using other = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    ({ url }) => new Response(url.endsWith("/") ? embedding : "", { headers: { "Content-Type": "text/html" } }),
  );
  await page.goto(`http://127.0.0.1:${other.addr.port}/`);
  const upload = (options: string): Promise<string> =>
    page.evaluate(`logpaste.uploadText("t", ${JSON.stringify(test.url)}${options}).catch((error) => error.message)`);
  assertStringIncludes(await upload(""), "Cannot store the paste");
  assertEquals((await upload(`, { token: "${TOKEN}" }`)).length, 12);
});
