/**
 * Who sent a request: the other end of the connection, unless a proxy that is trusted says better.
 *
 * @module
 */

import { clientOf, parseAddress } from "./ip_address.ts";

/** Whose word counts about a client's address. */
export type TrustProxy =
  /** Nobody's: the connection's other end is the client. */
  | { readonly kind: "none" }
  /** So many proxies stand in front, each of which appends the address that it sees to `X-Forwarded-For`. */
  | { readonly kind: "hops"; readonly count: number }
  /** The platform sets this header and lets no client set it. */
  | { readonly kind: "header"; readonly name: string };

/** What stands for a client whose connection has no address, such as one over a Unix socket. */
const UNKNOWN_CLIENT = "unknown";

/**
 * Finds out who sent a request, in the form that limits count by.
 *
 * What stands in `X-Forwarded-For` to the left of the trusted hops is the client's own invention and is not looked at.
 * Where the trusted place holds no address, the connection's counts: all clients of a proxy that forgets its header
 * then share one limit, and none escapes it.
 *
 * @param headers The request's headers.
 * @param connection The address of the connection's other end; `null` when it has none.
 * @param trust Whose word counts.
 * @returns An IPv4 address, or the /64 of an IPv6 one.
 */
export function clientAddress(headers: Headers, connection: string | null, trust: TrustProxy): string {
  const address = parseAddress(forwarded(headers, trust) ?? "") ?? parseAddress(connection ?? "");
  return address === null ? UNKNOWN_CLIENT : clientOf(address);
}

function forwarded(headers: Headers, trust: TrustProxy): string | null | undefined {
  switch (trust.kind) {
    case "none":
      return null;
    case "hops":
      // Several headers of one name arrive joined by commas, in their order.
      return headers.get("x-forwarded-for")?.split(",").at(-trust.count);
    case "header":
      return headers.get(trust.name);
    default:
      return trust satisfies never;
  }
}
