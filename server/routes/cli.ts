/**
 * `GET /cli`: the shell function for this instance.
 *
 * @module
 */

import type { Context } from "hono";
import { linkBase, type LinkOptions } from "../link.ts";
import { respond } from "../response.ts";
import { cliScript } from "../views/cli_script.ts";

/**
 * Makes the handler of `GET /cli`.
 *
 * @param links How links are made.
 * @returns The handler.
 */
export function cli(links: LinkOptions): (c: Context) => Response {
  return ({ req: { raw } }) =>
    respond(cliScript(linkBase(raw, links)), { form: "text", headers: { "Cache-Control": "no-cache" } });
}
