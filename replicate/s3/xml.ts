/**
 * The little XML that S3 speaks.
 *
 * @module
 */

import { XMLParser } from "fast-xml-parser";

/** An element's children by name, entities unresolved: read it through the functions below. */
export type XmlElement = Readonly<Record<string, unknown>>;

/**
 * All values as text: a key `007` is no number. Entities are left to {@linkcode childText}: the parser knows no
 * numeric ones, which MinIO writes around ETags, and its guard against entity expansion has refused lists of
 * more than 500 objects (aws-sdk-js-v3 #7867).
 */
const parser = new XMLParser({
  parseTagValue: false,
  // A key may begin or end with a space.
  trimValues: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  maxNestedTags: 20,
  processEntities: false,
});

/**
 * Parses a document.
 *
 * @param text The document.
 * @param root The name that its root element must have.
 * @returns The root element.
 * @throws {SyntaxError} When it is another document, or is cut off, which the parser itself would not notice.
 */
export function parseXml(text: string, root: string): XmlElement {
  if (!new RegExp(`(?:</(?:\\w+:)?${root}\\s*>|<(?:\\w+:)?${root}\\b[^<]*/>)\\s*$`).test(text)) {
    throw new SyntaxError(`Cannot read the reply as it must be a whole XML document <${root}>: ${describe(text)}`);
  }
  let document: unknown;
  try {
    document = parser.parse(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot read the reply as it must be XML: ${describe(text)}`, { cause });
  }
  const element = isElement(document) ? document[root] : undefined;
  if (isElement(element)) return element;
  // An element without children comes as text.
  if (typeof element === "string" && element.trim() === "") return {};
  throw new SyntaxError(`Cannot read the reply as its root must be <${root}>: ${describe(text)}`);
}

/**
 * The elements of one name.
 *
 * @param parent The element around them.
 * @param name Their name.
 * @returns The elements in the document's order; those without children of their own are left out.
 */
export function childElements(parent: XmlElement, name: string): readonly XmlElement[] {
  const value = parent[name];
  return (Array.isArray(value) ? value : [value]).filter(isElement);
}

/**
 * The text of a child.
 *
 * @param parent The element around it.
 * @param name The child's name.
 * @returns Its text; `null` when there is no such child, or several.
 */
export function childText(parent: XmlElement, name: string): string | null {
  const value = parent[name];
  return typeof value === "string" ? resolveEntities(value) : null;
}

/**
 * Writes text so that an XML parser reads the same text; control characters become character references.
 *
 * @param text The text.
 * @returns The text for an element's content.
 */
export function escapeXml(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return text.replace(/[&<>"'\x00-\x1f]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The entities that every XML document knows (XML 1.0, 4.6). */
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["apos", "'"],
  ["gt", ">"],
  ["lt", "<"],
  ["quot", '"'],
]);
/** The last character of Unicode. */
const LAST_CODE_POINT = 0x10ffff;

/** One pass, so that `&amp;lt;` becomes `&lt;`. What is no known entity stays as it is. */
function resolveEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (entity, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES.get(name) ?? entity;
    const codePoint = decimal === undefined ? parseInt(hex, 16) : Number(decimal);
    return codePoint <= LAST_CODE_POINT ? String.fromCodePoint(codePoint) : entity;
  });
}

function isElement(value: unknown): value is XmlElement {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The longest piece of an unreadable reply that a message repeats, in characters. */
const DESCRIPTION_LIMIT = 80;

function describe(text: string): string {
  if (text === "") return "it is empty";
  const start = text.slice(0, DESCRIPTION_LIMIT).replace(/\s+/g, " ");
  return `it has ${text.length} characters and begins "${start}"`;
}
