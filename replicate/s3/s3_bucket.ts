/**
 * What every operation on a bucket needs.
 *
 * @module
 */

import type { ObjectHeaders } from "./object_settings.ts";
import type { BucketAddress } from "./object_url.ts";
import type { SignedFetch } from "./signed_fetch.ts";

/** A bucket, and the way to talk to it. */
export interface S3Bucket {
  /** Names the bucket and the prefix for people, for example `s3://bucket/db`. */
  readonly url: string;
  /** Where its objects are. */
  readonly address: BucketAddress;
  /** What requests about objects carry. */
  readonly headers: ObjectHeaders;
  /** Sends requests. */
  readonly http: SignedFetch;
}
