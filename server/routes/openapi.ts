/**
 * `GET /openapi.json`: the service's contract, for programs.
 *
 * @module
 */

import type { Context } from "hono";
import { linkBase, type LinkOptions } from "../link.ts";
import { openApiDocument } from "../openapi.ts";
import { respond } from "../response.ts";

/**
 * Makes the handler of `GET /openapi.json`.
 *
 * @param title What the operator calls the site.
 * @param links How links are made.
 * @returns The handler.
 */
export function serveOpenApi(title: string, links: LinkOptions): (c: Context) => Response {
  return ({ req: { raw } }) => {
    const document = openApiDocument({ title, serverUrl: linkBase(raw, links) });
    return respond(`${JSON.stringify(document, null, 2)}\n`, {
      form: "json",
      headers: { "Cache-Control": "no-cache" },
    });
  };
}
