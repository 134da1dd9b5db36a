/**
 * The XML that the S3-speaking server reads and writes; shares no code with the client under test.
 *
 * @module
 */

/** An answer of the server. */
export interface S3Answer {
  /** The HTTP status. */
  readonly status: number;
  /** The headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Text as an element's content. */
export function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** An answer with an XML document, its content already escaped. */
export function xmlAnswer(root: string, content: string, status = 200): S3Answer {
  const attributes = root === "Error" ? "" : ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attributes}>${content}</${root}>`;
  return { status, headers: { "content-type": "application/xml" }, body: new TextEncoder().encode(text) };
}

/** An answer that says no. */
export function errorAnswer(status: number, code: string, message = `This is ${code}`): S3Answer {
  return xmlAnswer("Error", `<Code>${code}</Code><Message>${xmlText(message)}</Message>`, status);
}

/** An answer without a body. */
export function emptyAnswer(status: number, headers: Readonly<Record<string, string>> = {}): S3Answer {
  return { status, headers, body: new Uint8Array(0) };
}

/** The contents of all elements of one name, wherever they are, character references resolved. */
export function readElements(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, content = ""]) => unescape(content));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replace(
    /&(?:#(\d+)|(\w+));/g,
    (_, code?: string, name?: string) => code === undefined ? ENTITIES[name ?? ""] ?? "" : String.fromCodePoint(+code),
  );
}
