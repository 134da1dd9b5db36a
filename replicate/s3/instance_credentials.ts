/**
 * Credentials of an EC2 machine's role, from its metadata service, version 2.
 *
 * Source: Amazon EC2 User Guide, "Use the Instance Metadata Service".
 *
 * @module
 */

import type { FetchCredentials } from "./credentials_cache.ts";
import { ask, type AskOptions, parseCredentialsJson, type Question } from "./credentials_request.ts";

/** How long the session with the metadata service lasts, in seconds: one round of questions. */
const SESSION_SECONDS = "60";

const WHOM = "the machine's metadata service";

/**
 * Prepares to ask the metadata service.
 *
 * @param endpoint Its base URL, usually `http://169.254.169.254`.
 * @param options Time, chance and HTTP.
 * @returns Asks it.
 */
export function instanceCredentials(endpoint: string, options: AskOptions): FetchCredentials {
  return async (signal) => {
    const put = (path: string, question: Partial<Question>): Promise<string> =>
      ask({
        whom: WHOM,
        advice: "check that this machine has a role, or set LITESTREAM_ACCESS_KEY_ID and LITESTREAM_SECRET_ACCESS_KEY",
        url: new URL(path, endpoint),
        method: "GET",
        headers: {},
        // On a machine elsewhere nobody answers, and a start must not wait long to find that out.
        timeoutMs: 1_000,
        maxTries: 2,
        ...question,
      }, { ...options, signal });
    const session = { "x-aws-ec2-metadata-token-ttl-seconds": SESSION_SECONDS };
    const token = await put("/latest/api/token", { method: "PUT", headers: session });
    const headers = { "x-aws-ec2-metadata-token": token };
    const roles = "/latest/meta-data/iam/security-credentials/";
    const [role = ""] = (await put(roles, { headers })).trim().split("\n");
    return parseCredentialsJson(await put(`${roles}${encodeURIComponent(role)}`, { headers }), WHOM);
  };
}
