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

/** Gives the credentials that are valid now; asked before every request, so it caches on its own. */
export type CredentialsProvider = () => Promise<Credentials>;

/**
 * A provider for keys that do not change.
 *
 * @param credentials The keys.
 * @returns The provider.
 */
export function staticCredentials(credentials: Credentials): CredentialsProvider {
  return () => Promise.resolve(credentials);
}
