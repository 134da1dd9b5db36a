/**
 * Errors as answers: one plain line, or JSON for those who asked for it.
 *
 * @module
 */

import { wantsJson } from "./accept.ts";
import { messageWithCauses, PasteError } from "./errors.ts";
import { logEvent, type LogLevel } from "./log.ts";
import { respond } from "./response.ts";

/**
 * Renders an error, and logs it when the operator should know.
 *
 * @param error Anything that was thrown.
 * @param request The request that failed.
 * @returns The answer; what is no {@linkcode PasteError} is a 500 that says nothing of the inside.
 */
export function errorResponse(error: unknown, request: Request): Response {
  const failure = error instanceof PasteError
    ? error
    : new PasteError("internal", "Cannot answer as something failed inside: tell the operator", { cause: error });
  logFailure(failure, request.method);
  const json = wantsJson(request);
  const { code, message, status, retryAfterSeconds, headers } = failure;
  const body = json ? JSON.stringify({ error: { code, message } }) : message;
  return respond(`${body}\n`, {
    form: json ? "error-json" : "error",
    status,
    headers: {
      "Cache-Control": "no-store",
      "Vary": "Accept",
      "Access-Control-Expose-Headers": "Retry-After",
      ...(retryAfterSeconds === null ? {} : { "Retry-After": String(retryAfterSeconds) }),
      ...headers,
    },
  });
}

function logFailure(failure: PasteError, method: string): void {
  const level = logLevelOf(failure);
  // Neither path nor body: an id is all it takes to read a paste.
  const { code, status } = failure;
  if (level) logEvent(level, "Request failed", { method, code, status, error: messageWithCauses(failure) });
}

/** What clients get wrong is not logged; nor is what lasts, such as being fenced, once per request. */
function logLevelOf({ code }: PasteError): LogLevel | null {
  switch (code) {
    case "internal":
    case "storage-full":
      return "error";
    case "not-yet-durable":
    case "database-busy":
    case "overloaded":
      return "warning";
    default:
      return null;
  }
}
