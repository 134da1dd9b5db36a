/**
 * What a client wants to get, as far as the service tells it apart.
 *
 * @module
 */

/**
 * Tells whether a person is looking: browsers name HTML, curl and scripts do not.
 *
 * @param request The request.
 * @returns Whether its `Accept` names HTML.
 */
export function wantsHtml(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/html") ?? false;
}

/**
 * Tells whether JSON was asked for.
 *
 * @param request The request.
 * @returns Whether its `Accept` names JSON.
 */
export function wantsJson(request: Request): boolean {
  return request.headers.get("accept")?.includes("application/json") ?? false;
}

/**
 * Tells whether plain text was asked for by name.
 *
 * @param request The request.
 * @returns Whether its `Accept` names plain text.
 */
export function wantsPlainText(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/plain") ?? false;
}
