/**
 * How objects are kept: their storage class and their encryption by the server, as headers.
 *
 * Headers: Amazon S3 API Reference, PutObject, CreateMultipartUpload, UploadPart and GetObject; for Google "HTTP headers
 * for XML API" and "Customer-supplied encryption keys".
 *
 * @module
 */

import { createHash } from "node:crypto";
import { ReplicateError } from "../errors.ts";
import type { Signature } from "./signer.ts";

/** Who keeps the key with which the server encrypts. */
export type S3Encryption =
  /** The store itself: SSE-S3. */
  | { readonly type: "s3" }
  /** A key management service: SSE-KMS. */
  | {
    readonly type: "kms";
    /** The key's id or resource name; `null` for the account's own key. */
    readonly keyId: string | null;
  }
  /** We do, and send it along with every request: SSE-C. */
  | {
    readonly type: "customer";
    /** 32 bytes in base64; never logged. */
    readonly key: string;
  };

/** How objects are kept. */
export interface ObjectSettings {
  /** Encryption by the server; `null` for what the bucket does by itself. */
  readonly encryption: S3Encryption | null;
  /** Such as `STANDARD_IA`; `null` for the bucket's own. */
  readonly storageClass: string | null;
}

type HeaderSet = Readonly<Record<string, string>>;

/** The headers for each kind of request. */
export interface ObjectHeaders {
  /** Begins an object: PutObject, CreateMultipartUpload. */
  readonly write: HeaderSet;
  /** Adds a part to one. */
  readonly part: HeaderSet;
  /** Reads one, or looks at it. */
  readonly read: HeaderSet;
}

/**
 * Chooses the headers.
 *
 * @param settings How objects are kept.
 * @param signature The family of header names.
 * @returns The headers for each kind of request.
 * @throws {ReplicateError} `bad-config` when the service has no such encryption.
 */
export function objectHeaders({ encryption, storageClass }: ObjectSettings, signature: Signature): ObjectHeaders {
  const prefix = signature === "goog4" ? "x-goog-" : "x-amz-";
  const storage: HeaderSet = storageClass === null ? {} : { [`${prefix}storage-class`]: storageClass };
  switch (encryption?.type) {
    case undefined:
      return { write: storage, part: {}, read: {} };
    case "s3":
      if (signature === "goog4") throw noSuchEncryption("AES256", "encrypts everything by itself: leave it out");
      return { write: { ...storage, "x-amz-server-side-encryption": "AES256" }, part: {}, read: {} };
    case "kms":
      return { write: { ...storage, ...kmsHeaders(encryption.keyId, signature) }, part: {}, read: {} };
    case "customer": {
      const headers = customerHeaders(encryption.key, signature);
      return { write: { ...storage, ...headers }, part: headers, read: headers };
    }
  }
}

function kmsHeaders(keyId: string | null, signature: Signature): HeaderSet {
  if (signature === "goog4") {
    if (keyId === null) throw noSuchEncryption("aws:kms", "needs the key's resource name in sse-kms-key-id");
    return { "x-goog-encryption-kms-key-name": keyId };
  }
  const key: HeaderSet = keyId === null ? {} : { "x-amz-server-side-encryption-aws-kms-key-id": keyId };
  return { "x-amz-server-side-encryption": "aws:kms", ...key };
}

function customerHeaders(key: string, signature: Signature): HeaderSet {
  const bytes = Uint8Array.fromBase64(key);
  if (signature === "goog4") {
    return {
      "x-goog-encryption-algorithm": "AES256",
      "x-goog-encryption-key": key,
      "x-goog-encryption-key-sha256": createHash("sha256").update(bytes).digest("base64"),
    };
  }
  const prefix = "x-amz-server-side-encryption-customer-";
  return {
    [`${prefix}algorithm`]: "AES256",
    [`${prefix}key`]: key,
    [`${prefix}key-md5`]: createHash("md5").update(bytes).digest("base64"),
  };
}

function noSuchEncryption(name: string, advice: string): ReplicateError {
  return new ReplicateError("bad-config", `Cannot use sse=${name} with Google Cloud Storage as it ${advice}`);
}
