/**
 * What the browser tests share: a real Chromium, a real service, and the errors that a page must not have.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { TestServer } from "../server/support.ts";

/** Where Debian has it. */
const CHROMIUM = "/usr/bin/chromium";

/** Nothing of it phones home, and it runs as root in a container without a GPU. */
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Screenshots for people to look at. */
const SCREENSHOTS = new URL("../../.ci/tmp/screenshots/", import.meta.url);

/** What serves the pages. */
export interface SiteUnderTest extends AsyncDisposable {
  /** Its address, without a slash at the end. */
  readonly url: string;
}

/** A browser with a service that it may visit, and every page's complaints. */
export class BrowserTest<Site extends SiteUnderTest = TestServer> implements AsyncDisposable {
  readonly site: Site;
  readonly #browser: Browser;
  readonly #complaints: string[] = [];

  private constructor(site: Site, browser: Browser) {
    this.site = site;
    this.#browser = browser;
  }

  /** Starts a browser for a site that runs already; both end with the scope. */
  static async visit<Site extends SiteUnderTest>(site: Site): Promise<BrowserTest<Site>> {
    return new BrowserTest(site, await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS }));
  }

  /** Starts the service and a browser. */
  static async open(config: ConstructorParameters<typeof TestServer>[1] = {}): Promise<BrowserTest> {
    return await BrowserTest.visit(await TestServer.open(undefined, config));
  }

  get url(): string {
    return this.site.url;
  }

  /** A fresh profile with one page. */
  async page(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await (await this.context(options)).newPage();
    return page;
  }

  /** A fresh profile, whose pages are listened to. */
  async context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(15_000);
    context.on("weberror", (event) => this.#complaints.push(event.error().message));
    context.on("console", (message) => {
      // That a request was refused is told to the page, and that is what the tests look at.
      const isRefusal = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !isRefusal) this.#complaints.push(message.text());
    });
    return context;
  }

  /** Stores a paste; gives its address. */
  async paste(body: BodyInit, name?: string): Promise<string> {
    const path = name === undefined ? "/" : `/${encodeURIComponent(name)}`;
    const headers = { "Accept": "text/plain", "Content-Type": "text/plain" };
    const answer = await fetch(`${this.url}${path}`, { method: "PUT", body, headers });
    assertEquals(answer.status, 200);
    return (await answer.text()).trim();
  }

  /** Opens a paste, or the upload page, and waits until its script has run. */
  async goto(page: Page, address = `${this.url}/`): Promise<void> {
    await page.goto(address);
    await page.locator("html[data-ready]").waitFor({ state: "attached" });
  }

  /** What pages have complained about so far: errors of scripts, and what the content policy stopped. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.site[Symbol.asyncDispose]();
    assertEquals(this.#complaints, [], "a page complained");
  }
}

/** Keeps what a page looks like. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await Deno.mkdir(SCREENSHOTS, { recursive: true });
  await Deno.writeFile(new URL(`${name}.png`, SCREENSHOTS), await page.screenshot());
}
