/**
 * Stores that talk to the S3-speaking server.
 *
 * @module
 */

import { type Clock, systemClock } from "../../replicate/clock.ts";
import { S3Store, type S3StoreOptions } from "../../replicate/s3/client.ts";
import { staticCredentials } from "../../replicate/s3/credentials.ts";
import { seededRandom } from "./random.ts";
import type { S3Server } from "./s3_server.ts";

/** From this length a sleep is a time limit and no pause between tries, in milliseconds. */
const TIME_LIMIT_MS = 10_000;

/** The system's clock, for which the pauses between tries are over at once; time limits stay. */
export const impatientClock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms < TIME_LIMIT_MS ? 0 : ms, signal),
};

/**
 * Makes a store whose requests the server finds genuine.
 *
 * @param server The server.
 * @param options What differs.
 * @returns The store.
 */
export function storeOn(server: S3Server, options: Partial<S3StoreOptions> = {}): S3Store {
  return new S3Store({
    bucket: server.bucket,
    prefix: "db",
    endpoint: server.endpoint,
    region: server.signer.region,
    forcePathStyle: null,
    credentials: staticCredentials(server.signer),
    clock: systemClock,
    random: seededRandom(1).next,
    requestTimeoutMs: 30_000,
    maxTries: 5,
    ...options,
  });
}
