/**
 * Credentials that a container is given by what runs it: ECS, and EKS with Pod Identity.
 *
 * Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
 *
 * @module
 */

import type { ContainerConfig } from "./credentials_config.ts";
import type { FetchCredentials } from "./credentials_cache.ts";
import { ask, type AskOptions, parseCredentialsJson } from "./credentials_request.ts";
import { readSecretFile } from "./secret_file.ts";

const WHOM = "the container's agent";

/**
 * Prepares to ask the agent.
 *
 * @param config Where it is.
 * @param options Time, chance and HTTP.
 * @returns Asks it, each time with the token that the file has then.
 */
export function containerCredentials(config: ContainerConfig, options: AskOptions): FetchCredentials {
  return async (signal) => {
    const { url, token, tokenFile } = config;
    const authorization = tokenFile === null
      ? token
      : await readSecretFile(tokenFile, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const text = await ask({
      whom: WHOM,
      advice: "check that this container has a role",
      url: new URL(url),
      method: "GET",
      headers: { accept: "application/json", ...(authorization === null ? {} : { authorization }) },
      timeoutMs: 2_000,
      maxTries: 3,
    }, { ...options, signal });
    return parseCredentialsJson(text, WHOM);
  };
}
