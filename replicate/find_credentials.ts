/**
 * Which credentials the environment offers for a bucket. Nobody is asked, and no file is read in here.
 *
 * The order: `LITESTREAM_*`, `AWS_*`, Heroku's `BUCKETEER_*`, the token of a web identity, the container's agent, the
 * shared credentials file, the machine's metadata service.
 *
 * @module
 */

import { join } from "@std/path";
import { ReplicateError } from "./errors.ts";
import {
  type AmbientConfig,
  type ContainerConfig,
  CREDENTIALS_ADVICE,
  type CredentialsConfig,
  isTrustedAgent,
  type StaticConfig,
  type WebIdentityConfig,
} from "./s3/credentials_config.ts";

/** Environment variables by name. */
type Environment = Readonly<Record<string, string>>;

/** Whose bucket it is. */
export interface BucketService {
  /** The service's base URL; `null` for Amazon's. */
  readonly endpoint: string | null;
  /** The region to sign for; `null` when it is not known. */
  readonly region: string | null;
}

/** What the names of keys begin with, in the order in which they count. */
const KEY_PREFIXES = ["LITESTREAM_", "AWS_", "BUCKETEER_AWS_"];
/** Where ECS answers. */
const ECS_AGENT = "http://169.254.170.2";
/** Where a machine's metadata service answers. */
const METADATA_SERVICE = "http://169.254.169.254";
/** What our sessions are called when nothing else is said. */
const SESSION_NAME = "pastestream";

/**
 * Finds credentials.
 *
 * @param env The variables; an empty one counts as not set.
 * @param service Whose bucket it is.
 * @returns Where credentials come from.
 * @throws {ReplicateError} `bad-config` when there are none, or their variables make no sense. The message holds no secret.
 */
export function findCredentials(env: Environment, service: BucketService): CredentialsConfig {
  const found = findKeys(env) ?? findWebIdentity(env, service) ?? findContainer(env);
  if (found !== null) return found;
  refuseHalves(env);
  return findAmbient(env, service);
}

/** Whoever has set one half has meant to set the other: another's role would be a surprise. */
function refuseHalves(env: Environment): void {
  for (const prefix of KEY_PREFIXES) {
    const [id, secret] = [`${prefix}ACCESS_KEY_ID`, `${prefix}SECRET_ACCESS_KEY`];
    if (Boolean(env[id]) === Boolean(env[secret])) continue;
    const [given, missing] = env[id] ? [id, secret] : [secret, id];
    throw new ReplicateError("bad-config", `Cannot reach the bucket as ${missing} must be set beside ${given}`);
  }
}

/** The first pair that is complete: a half of one pair never goes with a half of another. */
function findKeys(env: Environment): StaticConfig | null {
  for (const prefix of KEY_PREFIXES) {
    const accessKeyId = env[`${prefix}ACCESS_KEY_ID`];
    const secretAccessKey = env[`${prefix}SECRET_ACCESS_KEY`];
    if (!accessKeyId || !secretAccessKey) continue;
    const sessionToken = prefix === "AWS_" ? env["AWS_SESSION_TOKEN"] || null : null;
    return { type: "static", accessKeyId, secretAccessKey, sessionToken };
  }
  return null;
}

function findWebIdentity(env: Environment, { region }: BucketService): WebIdentityConfig | null {
  const tokenFile = env["AWS_WEB_IDENTITY_TOKEN_FILE"];
  const roleArn = env["AWS_ROLE_ARN"];
  if (!tokenFile || !roleArn) return null;
  const configured = env["AWS_ENDPOINT_URL_STS"];
  const endpoint = configured || stsEndpoint(env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || region);
  requireTrusted(endpoint, configured ? "AWS_ENDPOINT_URL_STS" : "AWS_REGION");
  const sessionName = env["AWS_ROLE_SESSION_NAME"] || SESSION_NAME;
  return { type: "web-identity", tokenFile, roleArn, sessionName, endpoint };
}

function stsEndpoint(region: string | null): string {
  if (!region || region === "auto") return "https://sts.amazonaws.com";
  return `https://sts.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

function findContainer(env: Environment): ContainerConfig | null {
  const relative = env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
  const full = env["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  if (!relative && !full) return null;
  const name = relative ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" : "AWS_CONTAINER_CREDENTIALS_FULL_URI";
  const url = requireTrusted(relative ? `${ECS_AGENT}/${relative.replace(/^\/+/, "")}` : full ?? "", name);
  const tokenFile = env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] || null;
  const token = env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] || null;
  return { type: "container", url: url.href, token, tokenFile };
}

/**
 * What nobody has to say: a file in the home folder, or the machine's own role. Only Amazon's own service takes that role,
 * so for another's the lack of credentials is known at once.
 */
function findAmbient(env: Environment, { endpoint }: BucketService): AmbientConfig {
  const isAmazon = endpoint === null || /(^|\.)amazonaws\.com(\.cn)?([:/]|$)/.test(endpoint);
  const home = env["HOME"] || env["USERPROFILE"];
  const named = env["AWS_SHARED_CREDENTIALS_FILE"];
  const isWanted = isAmazon || env["AWS_PROFILE"] || named;
  const file = named || (home ? join(home, ".aws", "credentials") : null);
  const profile = isWanted && file ? { file, profile: env["AWS_PROFILE"] || "default" } : null;
  const isDisabled = env["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true";
  const instanceEndpoint = isAmazon && !isDisabled
    ? env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] || METADATA_SERVICE
    : null;
  if (instanceEndpoint !== null && !URL.canParse(instanceEndpoint)) {
    throw new ReplicateError("bad-config", "Cannot use AWS_EC2_METADATA_SERVICE_ENDPOINT as it must be a URL");
  }
  if (profile === null && instanceEndpoint === null) {
    throw new ReplicateError(
      "bad-config",
      `Cannot reach the bucket as there are no credentials: ${CREDENTIALS_ADVICE}`,
    );
  }
  return { type: "ambient", profile, instanceEndpoint };
}

function requireTrusted(text: string, name: string): URL {
  const url = URL.parse(text);
  if (url !== null && isTrustedAgent(url)) return url;
  throw new ReplicateError(
    "bad-config",
    `Cannot use ${name} as it must lead to an HTTPS URL, or to an agent on this machine: a token would be sent in clear text`,
  );
}
