/**
 * A request to the S3-speaking server, told apart by what it wants.
 *
 * @module
 */

import type { SignedCall } from "./s3_server_signature.ts";

/** What a request wants. */
export type S3ServerOperation =
  | "AbortMultipartUpload"
  | "CompleteMultipartUpload"
  | "CreateMultipartUpload"
  | "DeleteObject"
  | "DeleteObjects"
  | "GetObject"
  | "HeadObject"
  | "ListObjectsV2"
  | "PutObject"
  | "UploadPart"
  | "unknown";

/** A request. */
export interface S3Call extends SignedCall {
  /** What it wants. */
  readonly operation: S3ServerOperation;
  /** The bucket in the path; empty when there is none. */
  readonly bucket: string;
  /** The object's key; empty when it is about the bucket. */
  readonly key: string;
  /** The query, decoded. */
  readonly query: ReadonlyMap<string, string>;
}

/**
 * Reads what a request wants.
 *
 * @param call The request as it came; path style.
 * @returns The request, told apart.
 */
export function readCall(call: SignedCall): S3Call {
  const [, bucket = "", ...rest] = call.rawPath.split("/").map(decodeURIComponent);
  const key = rest.join("/");
  const query = new Map(
    call.rawQuery.split("&").filter((pair) => pair !== "").map((pair) => {
      const [name = "", value = ""] = pair.split("=").map(decodeURIComponent);
      return [name, value] as const;
    }),
  );
  return { ...call, bucket, key, query, operation: operationOf(call.method, key, query) };
}

function operationOf(method: string, key: string, query: ReadonlyMap<string, string>): S3ServerOperation {
  if (key === "") {
    if (method === "GET" && query.get("list-type") === "2") return "ListObjectsV2";
    return method === "POST" && query.has("delete") ? "DeleteObjects" : "unknown";
  }
  const upload = query.has("uploadId");
  switch (method) {
    case "GET":
      return "GetObject";
    case "HEAD":
      return "HeadObject";
    case "PUT":
      return upload ? "UploadPart" : "PutObject";
    case "DELETE":
      return upload ? "AbortMultipartUpload" : "DeleteObject";
    case "POST":
      return upload ? "CompleteMultipartUpload" : query.has("uploads") ? "CreateMultipartUpload" : "unknown";
    default:
      return "unknown";
  }
}
