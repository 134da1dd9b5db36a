/**
 * Errors as pages for those who look with a browser.
 *
 * @module
 */

import { wantsHtml, wantsJson } from "./accept.ts";
import { errorResponse } from "./error_response.ts";
import { respond } from "./response.ts";
import { errorPage, type ErrorPageOptions } from "./views/error_page.ts";

/** What every answer, or every page, has of its own. */
const OWN: readonly string[] = [
  ...["content-type", "content-length", "content-security-policy", "referrer-policy"],
  ...["x-content-type-options", "access-control-allow-origin"],
];

/**
 * Answers as {@linkcode errorResponse} does, but with a page for whoever takes HTML.
 *
 * @param error Anything that was thrown.
 * @param request The request that failed.
 * @param site What the page has around the message.
 * @returns The answer.
 */
export async function errorPageResponse(
  error: unknown,
  request: Request,
  site: Pick<ErrorPageOptions, "prefix" | "title">,
): Promise<Response> {
  const line = errorResponse(error, request);
  if (!wantsHtml(request) || wantsJson(request)) return line;
  const { status } = line;
  const headers = Object.fromEntries([...line.headers].filter(([name]) => !OWN.includes(name)));
  const message = (await line.text()).trim();
  return respond(await errorPage({ ...site, status, message }), { form: "html", status, headers });
}
