/**
 * The routes for expiry, burning and deletion in the smallest form that the pages can be tested against.
 *
 * @module
 */

import { burnPage } from "../../server/views/burn_page.ts";
import { homePage, type Site } from "../../server/views/home_page.ts";
import { pastePage } from "../../server/views/paste_page.ts";
import { respond } from "../../server/response.ts";
import { type Asset, loadAssets, serveAsset } from "../../server/routes/assets.ts";
import type { SiteUnderTest } from "./support.ts";
import { Hono } from "hono";

interface Entry {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly name: string | null;
  readonly burn: boolean;
  readonly expiresMs: number | null;
}

const SITE: Site = { title: "T", subtitle: "", footer: "", showDocs: true, maxBytes: 1000, prefix: "" };

const LIVES_MS: Readonly<Record<string, number>> = { "10m": 600_000, "1h": 3_600_000, "1d": 86_400_000 };

/** A site with pastes that end. */
export class StandIn implements SiteUnderTest {
  readonly #entries = new Map<string, Entry>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(assets: readonly Asset[]) {
    const app = new Hono();
    for (const asset of assets) asset.paths.forEach((path) => app.get(path, serveAsset(asset)));
    app.get("/", async () => respond(await homePage(SITE, this.url), { form: "html" }));
    app.put("/", ({ req }) => this.#create(req.raw));
    app.delete("/:id", ({ req }) => this.#delete(req.param("id"), req.header("x-delete-token")));
    app.get("/:id/raw", ({ req }) => this.#raw(req.param("id")));
    app.get("/:id", ({ req }) => this.#view(req.param("id"), req.header("accept")));
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.fetch);
  }

  static async open(): Promise<StandIn> {
    return new StandIn(await loadAssets());
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #create(request: Request): Promise<Response> {
    const options = new URL(request.url).searchParams;
    const life = LIVES_MS[options.get("expire") ?? ""];
    const id = `00000000000${this.#entries.size}`;
    const expiresMs = life === undefined ? null : Date.now() + life;
    const burn = options.get("burn") === "1";
    this.#entries.set(id, { bytes: await request.bytes(), name: options.get("name"), burn, expiresMs });
    const expires = expiresMs === null ? null : new Date(expiresMs).toISOString();
    return respond(JSON.stringify({ id, url: `${this.url}/${id}`, deleteToken: `token-${id}`, expires, burn }), {
      form: "json",
    });
  }

  #find(id: string): Entry | null {
    const entry = this.#entries.get(id);
    return entry && (entry.expiresMs === null || entry.expiresMs > Date.now()) ? entry : null;
  }

  #delete(id: string, token: string | undefined): Response {
    if (!this.#find(id)) return missing();
    if (token !== `token-${id}`) return respond("Cannot delete the paste\n", { form: "text", status: 403 });
    this.#entries.delete(id);
    return new Response(null, { status: 204 });
  }

  #raw(id: string): Response {
    const entry = this.#find(id);
    if (!entry) return missing();
    if (entry.burn) this.#entries.delete(id);
    return respond(entry.bytes, { form: "raw", headers: { "Cache-Control": "no-store" } });
  }

  async #view(id: string, accept = ""): Promise<Response> {
    const entry = this.#find(id);
    if (!entry) return missing();
    if (!accept.includes("text/html")) return respond(entry.bytes, { form: "raw" });
    const { title, prefix } = SITE;
    const page = entry.burn
      ? await burnPage({ id, prefix, title })
      : [...await pastePage({ ...entry, id, createdMs: Date.now(), title, prefix })].join("");
    return respond(page, { form: "html", headers: { "Cache-Control": "no-store" } });
  }
}

function missing(): Response {
  return respond("Cannot find the paste: check the link\n", { form: "text", status: 404 });
}
