/**
 * What can go wrong with a request, and how each of it is answered.
 *
 * @module
 */

/** HTTP status by code: the one table that decides. A new code does not compile without an entry here. */
const STATUS = {
  "empty-paste": 400,
  "incomplete-body": 400,
  "bad-form": 400,
  "bad-host": 400,
  "bad-option": 400,
  "bad-encoding": 400,
  "bad-filter": 400,
  "token-required": 401,
  "wrong-delete-token": 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "not-acceptable": 406,
  "upload-too-slow": 408,
  "paste-too-large": 413,
  "unsupported-encoding": 415,
  "bad-range": 416,
  "too-many-requests": 429,
  "internal": 500,
  "starting": 503,
  "stopping": 503,
  "waiting": 503,
  "fenced": 503,
  "not-yet-durable": 503,
  "database-busy": 503,
  "overloaded": 503,
  "storage-full": 507,
  "quota-exceeded": 507,
} as const;

/** What went wrong, for code that has to decide. Switch on this, never on message text. */
export type PasteErrorCode = keyof typeof STATUS;

/** The statuses that errors are answered with. */
export type PasteErrorStatus = (typeof STATUS)[PasteErrorCode];

/** When a client may try again, in seconds; codes that are not here are final. */
const RETRY_AFTER_SECONDS: Partial<Readonly<Record<PasteErrorCode, number>>> = {
  "starting": 2,
  "stopping": 2,
  "waiting": 3,
  "fenced": 10,
  "not-yet-durable": 5,
  "database-busy": 2,
  "overloaded": 2,
};

/** Options of {@linkcode PasteError}. */
export interface PasteErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Headers that belong on the answer, such as `Allow`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that cannot be served, told apart by {@linkcode PasteError.code}. */
export class PasteError extends Error {
  /** What went wrong. */
  readonly code: PasteErrorCode;
  /** Headers that belong on the answer. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * Makes the error of one request.
   *
   * @param code What went wrong.
   * @param message One line for the client: what cannot be done, why, and the remedy.
   * @param options The cause, and headers for the answer.
   */
  constructor(code: PasteErrorCode, message: string, options: PasteErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "PasteError";
    this.code = code;
    this.headers = options.headers ?? {};
  }

  /** The HTTP status of the answer. */
  get status(): PasteErrorStatus {
    return STATUS[this.code];
  }

  /** After how many seconds the same request may succeed; `null` when it never will. */
  get retryAfterSeconds(): number | null {
    return RETRY_AFTER_SECONDS[this.code] ?? null;
  }
}

/**
 * Renders an error with its causes on one line, for the log.
 *
 * @param error Anything that was thrown.
 * @returns The messages, outermost first, joined by colons.
 */
export function messageWithCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause === undefined) return error.message;
  return `${error.message}: ${messageWithCauses(error.cause)}`;
}
