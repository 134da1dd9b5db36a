/**
 * `GET /`: the upload page for browsers, the usage for curl.
 *
 * @module
 */

import type { Context } from "hono";
import { wantsHtml } from "../accept.ts";
import { linkBase, type LinkOptions } from "../link.ts";
import { respond } from "../response.ts";
import { homePage, type Site } from "../views/home_page.ts";
import { usageText } from "../views/usage_text.ts";

/** What the start page needs. */
export interface HomeParts {
  /** What the operator calls the site, and its limits. */
  readonly site: Site;
  /** How links are made. */
  readonly links: LinkOptions;
}

/**
 * Makes the handler of `GET /`.
 *
 * @param parts What the start page needs.
 * @returns The handler.
 */
export function home(parts: HomeParts): (c: Context) => Promise<Response> {
  return async ({ req: { raw } }) => {
    const base = linkBase(raw, parts.links);
    const headers = { "Cache-Control": "no-cache", "Vary": "Accept" };
    return wantsHtml(raw)
      ? respond(await homePage(parts.site, base), { form: "html", headers })
      : respond(usageText(parts.site, base), { form: "text", headers });
  };
}
