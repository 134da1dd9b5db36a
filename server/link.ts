/**
 * Links to this instance.
 *
 * @module
 */

import { PasteError } from "./errors.ts";

/** A host name or address, an IPv6 address in brackets, each perhaps with a port: nothing that could break a line. */
const HOST = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** What links are made from. */
export interface LinkOptions {
  /** What links begin with; `null`: the request's host. */
  readonly baseUrl: string | null;
  /** Whether a proxy in front speaks HTTPS. */
  readonly behindProxy: boolean;
}

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
  // The pattern for what may stand in a link; the URL parser for what only looks like a port or an address.
  if (!HOST.test(host) || !URL.canParse(`http://${host}`)) {
    throw new PasteError("bad-host", "Cannot make a link as the Host header must be a host name and perhaps a port");
  }
  return `${options.behindProxy ? "https" : "http"}://${host}`;
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
