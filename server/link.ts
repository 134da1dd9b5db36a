/**
 * Links to this instance.
 *
 * @module
 */

import { PasteError } from "./errors.ts";

/** A host name or address, an IPv6 address in brackets, each perhaps with a port: nothing that could break a line. */
const HOST = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** What links are made from. */
export interface LinkOptions {
  /** What links begin with; `null`: the request's host. */
  readonly baseUrl: string | null;
  /** Whether a proxy in front speaks HTTPS. */
  readonly behindProxy: boolean;
}

/** What the last request's `Host` came to: nearly all have the same, and the URL parser takes a microsecond. */
const lastBases = new WeakMap<LinkOptions, { readonly host: string; readonly base: string }>();

/**
 * Finds out what links to this instance begin with.
 *
 * @param request The request that gets the link.
 * @param options The configuration.
 * @returns The beginning, without a slash at the end.
 * @throws {PasteError} `bad-host` when the request's `Host` is none.
 */
export function linkBase(request: Request, options: LinkOptions): string {
  if (options.baseUrl !== null) return options.baseUrl;
  // HTTP/2 has no Host header: its authority is in the URL.
  const host = request.headers.get("host") ?? new URL(request.url).host;
  const last = lastBases.get(options);
  if (last?.host === host) return last.base;
  // The pattern for what may stand in a link; the URL parser for what only looks like a port or an address.
  if (!HOST.test(host) || !URL.canParse(`http://${host}`)) {
    throw badHost();
  }
  const base = `${options.behindProxy ? "https" : "http"}://${host}`;
  lastBases.set(options, { host, base });
  return base;
}

/** The last `Host` that could be one: nearly all requests have the same. */
let lastPossibleHost = "";

/**
 * Tells whether a request's `Host` can be one (RFC 9112 section 3.2 wants a 400 if not). The URL of a request is put
 * together from it, so that a slash or a question mark in it would decide where the path begins.
 *
 * @param headers The request's headers.
 * @returns Whether it is missing, empty or a host.
 */
export function hasPossibleHost(headers: Headers): boolean {
  const host = headers.get("host");
  if (host === null || host === lastPossibleHost || host === "") return true;
  const isPossible = HOST.test(host);
  if (isPossible) lastPossibleHost = host;
  return isPossible;
}

/**
 * Makes the error for a `Host` that is none.
 *
 * @returns The error.
 */
export function badHost(): PasteError {
  return new PasteError("bad-host", "Cannot answer as the Host header must be a host name and perhaps a port");
}

/**
 * Finds out below which path the site lies, for the references inside its pages.
 *
 * @param baseUrl What links begin with; `null`: the request's host.
 * @returns The path, without a slash at the end: usually empty.
 */
export function pathPrefix(baseUrl: string | null): string {
  return baseUrl === null ? "" : new URL(baseUrl).pathname.replace(/\/+$/, "");
}
