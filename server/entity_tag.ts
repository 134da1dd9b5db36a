/**
 * Entity tags (RFC 9110 section 8.8.3): whether a client has a paste already.
 *
 * @module
 */

const TAGS = /\s*(?:W\/)?("[^"]*")\s*(?:,|$)/g;

/**
 * Makes the tag of one representation of a paste. It is strong: the bytes of an id never change.
 *
 * @param id The paste's id.
 * @param coding How the representation is compressed; `null` for not at all.
 * @returns The tag, with its quotes.
 */
export function entityTag(id: string, coding: string | null): string {
  return coding === null ? `"${id}"` : `"${id}-${coding}"`;
}

/**
 * Tells whether `If-None-Match` names a representation, by the weak comparison: what a proxy marks as weak is the
 * same paste all the same.
 *
 * @param header The header's value.
 * @param tag The representation's tag.
 * @returns Whether the client has it.
 */
export function matchesTag(header: string, tag: string): boolean {
  if (header.trim() === "*") return true;
  for (const [, known] of header.matchAll(TAGS)) {
    if (known === tag) return true;
  }
  return false;
}

/**
 * Tells whether `If-Range` names a representation, by the strong comparison. A date never does: pastes have none.
 *
 * @param header The header's value; `null` when there is none, which sets no condition.
 * @param tag The representation's tag.
 * @returns Whether a part of it may be sent.
 */
export function allowsPart(header: string | null, tag: string): boolean {
  return header === null || header.trim() === tag;
}
