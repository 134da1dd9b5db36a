/**
 * `Content-Encoding` of requests: how a client has compressed its body.
 *
 * @module
 */

import type { RequestCoding } from "./codec_job.ts";
import { PasteError } from "./errors.ts";

/** By every name that they have (RFC 9110 section 8.4.1: `x-gzip` is `gzip`). */
const CODINGS: ReadonlyMap<string, RequestCoding> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
  ["br", "br"],
  ["zstd", "zstd"],
]);

/** What a client may use, in the form of the header that tells it. */
const ACCEPTED = "zstd, gzip, br, deflate";

/**
 * Reads the header. One coding is enough for anybody: a body that was compressed twice is a way to hide how large it
 * becomes.
 *
 * @param header The header's value; `null` when there is none.
 * @returns The coding; `null` when the body came as it is.
 * @throws {PasteError} `unsupported-encoding`, with `Accept-Encoding` on the answer.
 */
export function readRequestCoding(header: string | null): RequestCoding | null {
  if (header === null) return null;
  const names = header.toLowerCase().split(",").map((name) => name.trim()).filter((name) =>
    name !== "" && name !== "identity"
  );
  const [name] = names;
  if (name === undefined) return null;
  const coding = names.length === 1 ? CODINGS.get(name) : undefined;
  if (coding) return coding;
  throw new PasteError(
    "unsupported-encoding",
    `Cannot read the body as its Content-Encoding must be one of ${ACCEPTED}: send it that way or as it is`,
    { headers: { "Accept-Encoding": ACCEPTED } },
  );
}
