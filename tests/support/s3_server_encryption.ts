/**
 * Encryption with the customer's key, as far as a client can see it: who has not the key gets nothing.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { errorAnswer, type S3Answer } from "./s3_server_xml.ts";

type RequestHeaders = Readonly<Record<string, string>>;

const PREFIX = "x-amz-server-side-encryption-customer-";

/** The keys with which objects were written: their digests. */
export class CustomerKeys {
  readonly #digests = new Map<string, string>();

  /** Takes over the key of a write; says why not when it is none. */
  remember(key: string, headers: RequestHeaders): S3Answer | null {
    const digest = readDigest(headers);
    if (digest === "") return errorAnswer(400, "InvalidArgument");
    if (digest === null) this.#digests.delete(key);
    else this.#digests.set(key, digest);
    return null;
  }

  /** Says why a request about an object is refused; `null` when it has the right key, or needs none. */
  refuse(key: string, headers: RequestHeaders): S3Answer | null {
    const expected = this.#digests.get(key) ?? null;
    const digest = readDigest(headers);
    if (digest === expected) return null;
    return digest === null || expected === null ? errorAnswer(400, "InvalidRequest") : errorAnswer(403, "AccessDenied");
  }
}

/** The key's digest; `null` without a key, empty for a wrong one. */
function readDigest(headers: RequestHeaders): string | null {
  const [algorithm, key, md5] = ["algorithm", "key", "key-md5"].map((name) => headers[`${PREFIX}${name}`]);
  if (algorithm === undefined && key === undefined && md5 === undefined) return null;
  const bytes = Uint8Array.fromBase64(key ?? "");
  const digest = createHash("md5").update(bytes).digest("base64");
  return algorithm === "AES256" && bytes.length === 32 && md5 === digest ? digest : "";
}
