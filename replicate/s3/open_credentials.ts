/**
 * From a configuration, plain data, to whoever gives credentials.
 *
 * @module
 */

import { ReplicateError } from "../errors.ts";
import { containerCredentials } from "./container_credentials.ts";
import { type CredentialsProvider, staticCredentials } from "./credentials.ts";
import { type AmbientConfig, CREDENTIALS_ADVICE, type CredentialsConfig } from "./credentials_config.ts";
import { cachedCredentials, type FetchCredentials } from "./credentials_cache.ts";
import type { AskOptions } from "./credentials_request.ts";
import { instanceCredentials } from "./instance_credentials.ts";
import { readProfile } from "./profile_credentials.ts";
import { webIdentityCredentials } from "./web_identity.ts";

/**
 * Prepares to get credentials; asks nobody yet.
 *
 * @param config Where they come from.
 * @param options Time, chance and HTTP.
 * @returns Whoever gives them.
 */
export function openCredentials(config: CredentialsConfig, options: AskOptions): CredentialsProvider {
  switch (config.type) {
    case "static": {
      const { accessKeyId, secretAccessKey, sessionToken } = config;
      return staticCredentials({ accessKeyId, secretAccessKey, sessionToken });
    }
    case "web-identity":
      return cachedCredentials(webIdentityCredentials(config, options), options.clock);
    case "container":
      return cachedCredentials(containerCredentials(config, options), options.clock);
    case "ambient":
      return cachedCredentials(ambientCredentials(config, options), options.clock);
  }
}

function ambientCredentials({ profile, instanceEndpoint }: AmbientConfig, options: AskOptions): FetchCredentials {
  const askMachine = instanceEndpoint && instanceCredentials(instanceEndpoint, options);
  let hasMachine = false;
  return async (signal) => {
    const found = profile && await readProfile(profile);
    if (found) return found;
    try {
      if (askMachine) {
        const credentials = await askMachine(signal);
        hasMachine = true;
        return credentials;
      }
    } catch (cause) {
      // Where nobody has ever answered, keys were forgotten: to wait for an answer would only hide that.
      if (hasMachine || !(cause instanceof ReplicateError)) throw cause;
      const message =
        `Cannot reach the bucket as there are no credentials, nor a role of this machine: ${CREDENTIALS_ADVICE}`;
      throw new ReplicateError("store-refused", message, { cause });
    }
    const where = profile === null ? "" : ` in profile "${profile.profile}" of "${profile.file}"`;
    throw new ReplicateError(
      "store-refused",
      `Cannot reach the bucket as there are no credentials${where}: ${CREDENTIALS_ADVICE}`,
    );
  };
}
