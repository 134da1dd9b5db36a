/**
 * Where credentials come from, as plain data: it can be sent to a worker. Never logged.
 *
 * @module
 */

import type { Credentials } from "./credentials.ts";

/** Keys that are given. */
export interface StaticConfig extends Credentials {
  /** Which kind of credentials these are. */
  readonly type: "static";
}

/** A role, against the token of a web identity. */
export interface WebIdentityConfig {
  /** Which kind of credentials these are. */
  readonly type: "web-identity";
  /** The file with the token; it is read anew each time, as it is replaced before it ends. */
  readonly tokenFile: string;
  /** The role. */
  readonly roleArn: string;
  /** What the session is called in the account's logs. */
  readonly sessionName: string;
  /** The token service's base URL. */
  readonly endpoint: string;
}

/** What runs the container hands them out. */
export interface ContainerConfig {
  /** Which kind of credentials these are. */
  readonly type: "container";
  /** Where to ask. */
  readonly url: string;
  /** What goes into the `Authorization` header; `null` for what the file says, or nothing. */
  readonly token: string | null;
  /** The file with the same, read anew each time; `null` for none. */
  readonly tokenFile: string | null;
}

/** A profile in the file that Amazon's tools share. */
export interface ProfileConfig {
  /** The file, usually `~/.aws/credentials`. */
  readonly file: string;
  /** The profile's name, usually `default`. */
  readonly profile: string;
}

/** What is left when no variable says where credentials are: a file, and then the machine. */
export interface AmbientConfig {
  /** Which kind of credentials these are. */
  readonly type: "ambient";
  /** The profile to look for; `null` for none. */
  readonly profile: ProfileConfig | null;
  /** The base URL of the machine's metadata service; `null` to leave it alone. */
  readonly instanceEndpoint: string | null;
}

/** Where credentials come from. */
export type CredentialsConfig = StaticConfig | WebIdentityConfig | ContainerConfig | AmbientConfig;

/** What to do when there are none. */
export const CREDENTIALS_ADVICE =
  "set LITESTREAM_ACCESS_KEY_ID and LITESTREAM_SECRET_ACCESS_KEY, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

/** The agents of ECS and of EKS, beside the machine itself: they speak HTTP, but no network lies between. */
const AGENTS: readonly string[] = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "localhost", "[::1]"];

/**
 * Whether a token may be sent there.
 *
 * @param url Where to.
 * @returns Whether nobody on the way can read it.
 */
export function isTrustedAgent(url: URL): boolean {
  if (url.protocol === "https:") return true;
  return url.protocol === "http:" && (AGENTS.includes(url.hostname) || /^127(\.\d+){3}$/.test(url.hostname));
}
