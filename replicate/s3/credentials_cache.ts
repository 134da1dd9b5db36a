/**
 * Temporary credentials: kept while they last, and renewed before their end.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import { ReplicateError } from "../errors.ts";
import type { Credentials, CredentialsProvider, CredentialsRequest } from "./credentials.ts";

/** Credentials that end. */
export interface TemporaryCredentials extends Credentials {
  /** Their end, in milliseconds since 1970; `null` for never. */
  readonly expiresAtMs: number | null;
}

/**
 * Fetches credentials, once for each call.
 *
 * @param signal Gives up.
 * @throws {ReplicateError} `store-unavailable` (retryable) or `store-refused`.
 */
export type FetchCredentials = (signal: AbortSignal | undefined) => Promise<TemporaryCredentials>;

/** So long before their end new ones are asked for, in milliseconds; whoever hands them out has them ready by then. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** When renewing failed although the old ones are still good: how long they are used before the next try. */
const RETRY_AFTER_MS = 30_000;

/** What is at hand. */
interface Kept {
  readonly credentials: TemporaryCredentials;
  /** From when on others are asked for, in milliseconds since 1970. */
  readonly renewAtMs: number;
}

/**
 * Keeps credentials.
 *
 * Several that ask at once share one answer. While the old ones are still good, a failure to renew them harms nobody.
 *
 * @param fetchCredentials Gets new ones.
 * @param clock Tells when they end.
 * @returns The provider.
 */
export function cachedCredentials(fetchCredentials: FetchCredentials, clock: Clock): CredentialsProvider {
  let kept: Kept | null = null;
  let running: Promise<TemporaryCredentials> | null = null;

  // Without a caller's signal: one that gives up must not fail the others.
  const renew = (): Promise<TemporaryCredentials> => {
    running ??= fetchCredentials(undefined).then((credentials) => {
      kept = { credentials, renewAtMs: renewalOf(credentials, clock.now()) };
      return credentials;
    }).finally(() => running = null);
    return running;
  };

  return async ({ rejected, signal }: CredentialsRequest = {}): Promise<Credentials> => {
    const old = kept;
    const isGood = old !== null && old.credentials !== rejected &&
      (old.credentials.expiresAtMs ?? Infinity) > clock.now();
    if (isGood && clock.now() < old.renewAtMs) return old.credentials;
    try {
      return await unlessAborted(renew(), signal);
    } catch (error) {
      if (!isGood || !(error instanceof ReplicateError)) throw error;
      kept = { ...old, renewAtMs: clock.now() + RETRY_AFTER_MS };
      return old.credentials;
    }
  };
}

/** Short-lived ones are renewed after half of their time. */
function renewalOf({ expiresAtMs }: TemporaryCredentials, nowMs: number): number {
  return expiresAtMs === null
    ? Infinity
    : expiresAtMs - Math.min(RENEW_BEFORE_MS, Math.max(0, expiresAtMs - nowMs) / 2);
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  signal.throwIfAborted();
  promise.catch(() => undefined); // the others that wait for it see its failure
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
