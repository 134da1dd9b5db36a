/**
 * Asking somebody for credentials over HTTP: the time limit, the retries, the errors. No message holds what came.
 *
 * @module
 */

import { type Clock, withDeadline } from "../clock.ts";
import { ReplicateError } from "../errors.ts";
import { retry } from "../retry.ts";
import type { TemporaryCredentials } from "./credentials_cache.ts";
import { readText } from "./reply_text.ts";

/** What asking for credentials needs. */
export interface AskOptions {
  /** Time. */
  readonly clock: Clock;
  /** A number in [0, 1) for each pause between tries. */
  readonly random: () => number;
  /** Sends a request. */
  readonly fetch: typeof fetch;
}

/** One question. */
export interface Question {
  /** Who is asked, to follow "Cannot get credentials from". */
  readonly whom: string;
  /** What to check when the answer is no. */
  readonly advice: string;
  /** Where to. */
  readonly url: URL;
  /** The HTTP method. */
  readonly method: "GET" | "POST" | "PUT";
  /** Headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** A form to post. */
  readonly form?: URLSearchParams;
  /** How long one try may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How many tries. */
  readonly maxTries: number;
}

/** What the token service says of failures that pass, with a 400. */
const PASSING_CODES: ReadonlySet<string> = new Set(["IDPCommunicationError", "RequestThrottled", "Throttling"]);
const PAUSES = { basePauseMs: 100, maxPauseMs: 2_000 };
/** The longest answer that is read. */
const ANSWER_LIMIT_BYTES = 256 * 1024;

/**
 * Asks, again and again within bounds.
 *
 * @param question Whom, and how.
 * @param options Time, chance and HTTP.
 * @param signal Gives up.
 * @returns The answer's text.
 * @throws {ReplicateError} `store-unavailable` (retryable) when there is no answer, `store-refused` when it is no.
 */
export async function ask(
  question: Question,
  options: AskOptions & { readonly signal: AbortSignal | undefined },
): Promise<string> {
  const { clock, random, signal } = options;
  return await retry(() => askOnce(question, options), {
    clock,
    random,
    signal,
    maxTries: question.maxTries,
    ...PAUSES,
  });
}

async function askOnce(
  { whom, advice, url, method, headers, form, timeoutMs }: Question,
  { clock, fetch, signal }: AskOptions & { readonly signal: AbortSignal | undefined },
): Promise<string> {
  const body = form ?? null;
  try {
    return await withDeadline(clock, timeoutMs, signal, async (limit) => {
      // A redirect would take the token elsewhere.
      const response = await fetch(url, { method, headers, body, signal: limit, redirect: "manual" });
      const { text } = await readText(response, ANSWER_LIMIT_BYTES);
      if (response.ok) return text;
      const { status } = response;
      const code = /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1] ?? "";
      const answer = `it answers ${status}${code && ` ${code}`}`;
      if ([408, 429].includes(status) || status >= 500 || PASSING_CODES.has(code)) {
        throw unavailable(whom, answer, undefined);
      }
      throw new ReplicateError("store-refused", `Cannot get credentials from ${whom} as ${answer}; ${advice}`);
    });
  } catch (error) {
    if (error instanceof ReplicateError) throw error;
    if (signal?.aborted) throw signal.reason;
    throw unavailable(whom, "it does not answer", error);
  }
}

/**
 * Reads credentials in the form in which containers and machines get them.
 *
 * @param text The answer: JSON.
 * @param whom Who was asked.
 * @returns The credentials.
 * @throws {ReplicateError} `store-unavailable` when it has another form; the message repeats nothing of it.
 */
export function parseCredentialsJson(text: string, whom: string): TemporaryCredentials {
  let answer: Readonly<Record<string, unknown>>;
  try {
    answer = Object(JSON.parse(text));
  } catch {
    throw unreadable(whom); // the cause would repeat the text
  }
  return makeCredentials(
    [answer["AccessKeyId"], answer["SecretAccessKey"], answer["Token"], answer["Expiration"]],
    whom,
  );
}

/**
 * Checks the four fields of an answer.
 *
 * @param fields Key id, secret, session token, end.
 * @param whom Who was asked.
 * @returns The credentials.
 * @throws {ReplicateError} `store-unavailable` when they are not credentials.
 */
export function makeCredentials(
  [accessKeyId, secretAccessKey, token, expiration]: readonly [unknown, unknown, unknown, unknown],
  whom: string,
): TemporaryCredentials {
  const expiresAtMs = typeof expiration === "string" ? Date.parse(expiration) : null;
  if (!isText(accessKeyId) || !isText(secretAccessKey) || Number.isNaN(expiresAtMs)) throw unreadable(whom);
  return { accessKeyId, secretAccessKey, sessionToken: isText(token) ? token : null, expiresAtMs };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function unreadable(whom: string): ReplicateError {
  return unavailable(whom, "its answer holds none", undefined);
}

function unavailable(whom: string, reason: string, cause: unknown): ReplicateError {
  const message = `Cannot get credentials from ${whom} as ${reason}`;
  return new ReplicateError("store-unavailable", message, { retryable: true, cause });
}
