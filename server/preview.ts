/**
 * Requests that nobody has made on purpose: previews of links, and browsers that fetch ahead.
 *
 * @module
 */

/** Chats, search engines and mail scanners name themselves; curl, wget and scripts have none of these words. */
const ROBOTS = /bot\b|crawl|spider|preview|facebookexternalhit|whatsapp|slack|discord|telegram|skype|embedly|vkshare/i;

/**
 * Tells whether a request may come from a machine that only wants to show or fetch a link ahead of its reader.
 *
 * @param headers The request's headers.
 * @returns Whether it should not use anything up.
 */
export function isPreview(headers: Headers): boolean {
  const purpose = headers.get("sec-purpose") ?? headers.get("purpose") ?? headers.get("x-moz") ?? "";
  return /prefetch|preview|prerender/i.test(purpose) || ROBOTS.test(headers.get("user-agent") ?? "");
}
