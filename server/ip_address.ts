/**
 * IP addresses, as far as limits need them: which text is one, and whose it is.
 *
 * @module
 */

import { isIP } from "node:net";

/** The groups of an IPv6 address that tell its network: the other four are the subscriber's to choose. */
const NETWORK_GROUPS = 4;

/**
 * Reads an address out of a header's item, in which some proxies add a port.
 *
 * @param text Such as `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1` or `[2001:db8::1]:443`.
 * @returns The address alone; `null` when there is none.
 */
export function parseAddress(text: string): string | null {
  const [, bracketed, plain] = /^\s*(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+)(?::\d{1,5})?)\s*$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? text.trim();
  const version = isIP(address);
  if (version === 0 || (bracketed !== undefined && version !== 6)) return null;
  return address;
}

/**
 * Finds out whose an address is. A subscriber has at least a /64 of IPv6 and may take a new address for each request.
 *
 * @param address An address that {@linkcode parseAddress} has read.
 * @returns The IPv4 address, also when it is written as IPv6; the first 64 bits of any other.
 */
export function clientOf(address: string): string {
  if (!address.includes(":")) return address;
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
  return `${groups.slice(0, NETWORK_GROUPS).map((group) => group.toString(16)).join(":")}::/64`;
}

/** The eight groups of 16 bits; a zone behind `%` is this machine's affair. */
function groupsOf(address: string): readonly number[] {
  const [head = "", tail] = address.replace(/%.*$/, "").split("::");
  const before = parseGroups(head);
  const after = parseGroups(tail ?? "");
  return [...before, ...new Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after];
}

/** The last group may stand for two as an IPv4 address. */
function parseGroups(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a << 8 | b, c << 8 | d];
  });
}
