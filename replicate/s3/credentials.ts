/**
 * Who signs the requests.
 *
 * @module
 */

/** One set of keys. Never goes into a message. */
export interface Credentials {
  /** The public half. */
  readonly accessKeyId: string;
  /** The secret half. */
  readonly secretAccessKey: string;
  /** The token of temporary credentials; `null` for permanent ones. */
  readonly sessionToken: string | null;
}

/** What {@linkcode CredentialsProvider} is asked for. */
export interface CredentialsRequest {
  /** Credentials that a server called expired: whoever can get others gets them. */
  readonly rejected?: Credentials | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives the credentials that are valid now; asked before every request, so it caches on its own.
 *
 * It throws {@linkcode ReplicateError}: `store-unavailable` (retryable) when whoever hands them out does not answer,
 * `store-refused` when there are none to be had.
 */
export type CredentialsProvider = (request?: CredentialsRequest) => Promise<Credentials>;

/**
 * A provider for keys that do not change.
 *
 * @param credentials The keys.
 * @returns The provider.
 */
export function staticCredentials(credentials: Credentials): CredentialsProvider {
  return () => Promise.resolve(credentials);
}
