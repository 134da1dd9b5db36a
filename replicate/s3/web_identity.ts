/**
 * Credentials for a role, against the token of a web identity: Kubernetes service accounts on EKS (IRSA), CI systems.
 *
 * Source: AWS Security Token Service API Reference, AssumeRoleWithWebIdentity.
 *
 * @module
 */

import type { WebIdentityConfig } from "./credentials_config.ts";
import type { FetchCredentials, TemporaryCredentials } from "./credentials_cache.ts";
import { ask, type AskOptions, makeCredentials } from "./credentials_request.ts";
import { readSecretFile } from "./secret_file.ts";
import { childElements, childText, parseXml, type XmlElement } from "./xml.ts";

const WHOM = "the token service (AssumeRoleWithWebIdentity)";

/**
 * Prepares to ask the token service.
 *
 * @param config Where the token is, and for which role.
 * @param options Time, chance and HTTP.
 * @returns Asks it, each time with the token that the file has then.
 */
export function webIdentityCredentials(config: WebIdentityConfig, options: AskOptions): FetchCredentials {
  return async (signal) => {
    const form = new URLSearchParams({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      RoleArn: config.roleArn,
      RoleSessionName: config.sessionName,
      WebIdentityToken: await readSecretFile(config.tokenFile, "AWS_WEB_IDENTITY_TOKEN_FILE"),
    });
    const text = await ask({
      whom: WHOM,
      advice: "check AWS_ROLE_ARN, and that the role trusts this identity",
      url: new URL(config.endpoint),
      method: "POST",
      headers: { accept: "application/xml" },
      form,
      timeoutMs: 10_000,
      maxTries: 3,
    }, { ...options, signal });
    return parseAnswer(text);
  };
}

function parseAnswer(text: string): TemporaryCredentials {
  const names = ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"] as const;
  const element = findCredentials(text);
  const [keyId, secret, token, expiration] = names.map((name) => element && childText(element, name));
  return makeCredentials([keyId, secret, token, expiration], WHOM);
}

function findCredentials(text: string): XmlElement | undefined {
  try {
    const [result] = childElements(
      parseXml(text, "AssumeRoleWithWebIdentityResponse"),
      "AssumeRoleWithWebIdentityResult",
    );
    return result && childElements(result, "Credentials")[0];
  } catch (error) {
    // Not passed on as a cause: its message repeats the text.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
