/**
 * Credentials of a profile in the file that Amazon's tools share.
 *
 * Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
 *
 * @module
 */

import { ReplicateError } from "../errors.ts";
import type { ProfileConfig } from "./credentials_config.ts";
import type { TemporaryCredentials } from "./credentials_cache.ts";

/**
 * Reads a profile.
 *
 * @param config Where it is.
 * @returns Its keys; `null` when there is no such file or no such profile, or one without keys.
 * @throws {ReplicateError} `store-refused` when the file cannot be read.
 */
export async function readProfile({ file, profile }: ProfileConfig): Promise<TemporaryCredentials | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (cause) {
    // A file that may not be looked at is as good as none: the image's permissions leave out the home folder.
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotCapable) return null;
    throw new ReplicateError("store-refused", `Cannot read the credentials file "${file}"`, { cause });
  }
  const settings = parseSection(text, profile);
  const accessKeyId = settings.get("aws_access_key_id");
  const secretAccessKey = settings.get("aws_secret_access_key");
  if (!accessKeyId || !secretAccessKey) return null;
  const sessionToken = settings.get("aws_session_token") || null;
  return { accessKeyId, secretAccessKey, sessionToken, expiresAtMs: null };
}

/** The settings of one section; the last one of a name holds. */
function parseSection(text: string, section: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  let current = "";
  for (const line of text.split(/\r?\n/)) {
    const [, header] = /^\s*\[\s*(?:profile\s+)?([^\]]*?)\s*\]/.exec(line) ?? [];
    if (header !== undefined) current = header;
    const [, name = "", value = ""] = /^\s*([^#;=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (current === section && name !== "") settings.set(name.toLowerCase(), value);
  }
  return settings;
}
