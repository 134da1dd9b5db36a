/**
 * What tests of credentials share.
 *
 * @module
 */

import type { AskOptions } from "../../replicate/s3/credentials_request.ts";
import { systemClock } from "../../replicate/clock.ts";

/** From this length a sleep is a time limit and no pause between tries, in milliseconds. */
const TIME_LIMIT_MS = 1_000;

/** What no message may hold. */
export const SECRETS: readonly string[] = ["s3cr3t", "t0ken", "identity-t0ken"];

/** Credentials as agents hand them out. */
export function credentialsJson(differs: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    AccessKeyId: "ASIAX",
    SecretAccessKey: "s3cr3t",
    Token: "t0ken",
    Expiration: "2030-01-01T00:00:00Z",
    ...differs,
  });
}

/** The same, once read. */
export const CREDENTIALS = {
  accessKeyId: "ASIAX",
  secretAccessKey: "s3cr3t",
  sessionToken: "t0ken",
  expiresAtMs: Date.UTC(2030, 0, 1),
} as const;

/** Real HTTP, and no waiting between tries. */
export const askOptions: AskOptions = {
  clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms < TIME_LIMIT_MS ? 0 : ms, signal) },
  random: () => 0.5,
  fetch,
};

/** Writes a file into a folder of its own, for as long as a test runs. */
export async function withFile(text: string, test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/file`, text);
    await test(`${folder}/file`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
