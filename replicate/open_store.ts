/**
 * From a replica's configuration to its object store.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import type { ReplicaConfig } from "./config.ts";
import { FileStore } from "./file_store.ts";
import type { ObjectStore } from "./object_store.ts";
import { S3Store } from "./s3/client.ts";
import { staticCredentials } from "./s3/credentials.ts";
import type { RequestObserver } from "./s3/s3_request.ts";

/** How long one request may take to be answered, in milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000;

/** How often one request is tried before its failure is told; the writer goes on trying after that. */
const MAX_TRIES = 4;

/** What {@linkcode openStore} needs of the world. */
export interface OpenStoreOptions {
  /** Time. */
  readonly clock: Clock;
  /** A number in [0, 1), for pauses. */
  readonly random: () => number;
  /** Is told of every HTTP request. Default: nobody is. */
  readonly onRequest?: RequestObserver;
}

/**
 * Opens a replica's store. Nothing is asked of it yet.
 *
 * @param config Where it is, and as whom we come.
 * @param options Time, randomness, and who counts requests.
 * @returns The store.
 */
export function openStore(config: ReplicaConfig, { clock, random, ...observers }: OpenStoreOptions): ObjectStore {
  if (config.type === "file") return new FileStore({ folder: config.path, clock, random });
  const { path, credentials, ...location } = config;
  return new S3Store({
    ...location,
    prefix: path,
    credentials: staticCredentials(credentials),
    clock,
    random,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    maxTries: MAX_TRIES,
    ...observers,
  });
}
