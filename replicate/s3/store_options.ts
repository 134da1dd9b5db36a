/**
 * What an S3 store is made from.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import type { CredentialsProvider } from "./credentials.ts";
import type { ObjectSettings } from "./object_settings.ts";
import type { Provider } from "./providers.ts";
import type { RequestObserver } from "./s3_request.ts";

/** Options of `S3Store`. */
export interface S3StoreOptions {
  /** The bucket's name. */
  readonly bucket: string;
  /** What all keys begin with; may be empty. */
  readonly prefix: string;
  /** The service's base URL; `null` for Amazon's. */
  readonly endpoint: string | null;
  /** The region to sign for; `null` for the provider's usual one. */
  readonly region: string | null;
  /** Whether the bucket's name goes into the path; `null` for what the provider needs. */
  readonly forcePathStyle: boolean | null;
  /** How objects are kept. Default: as the bucket does by itself. */
  readonly objects?: ObjectSettings;
  /** How to talk to the service. Default: what is known of the endpoint's host. */
  readonly provider?: Provider;
  /**
   * What `create` does: `conditional` asks the server to create or to say that there is something; `overwriting` is for a
   * server that cannot do that, overwrites, and always answers `created`. Default: `conditional`.
   */
  readonly creates?: "conditional" | "overwriting";
  /** Who signs. */
  readonly credentials: CredentialsProvider;
  /** Time. */
  readonly clock: Clock;
  /** A number in [0, 1) for each pause between tries. */
  readonly random: () => number;
  /** Sends a request. Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** How long one try may take until its answer begins, and how long a body may stand still, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** How many tries of one request at the most, the first included. */
  readonly maxTries: number;
  /** Is told of every HTTP request that was tried. */
  readonly onRequest?: RequestObserver;
}
