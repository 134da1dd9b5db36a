/**
 * What every operation on a bucket needs.
 *
 * @module
 */

import type { BucketAddress } from "./object_url.ts";
import type { SignedFetch } from "./signed_fetch.ts";

/** A bucket, and the way to talk to it. */
export interface S3Bucket {
  /** Names the bucket and the prefix for people, for example `s3://bucket/db`. */
  readonly url: string;
  /** Where its objects are. */
  readonly address: BucketAddress;
  /** Sends requests. */
  readonly http: SignedFetch;
}
