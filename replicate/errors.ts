/**
 * The errors of the replication engine, and the form in which they cross a thread.
 *
 * @module
 */

/** What went wrong, for code that has to decide. Switch on this, never on message text. */
export type ReplicateErrorCode =
  | "bad-config"
  | "bad-frame"
  | "database-busy"
  | "foreign-writer"
  | "object-damaged"
  | "object-missing"
  | "replica-differs"
  | "store-refused"
  | "store-unavailable"
  | "target-exists"
  | "wal-discontinuous"
  | "internal";

/** Options of {@linkcode ReplicateError}. */
export interface ReplicateErrorOptions {
  /** Whether the same call may succeed later, unchanged. Default: false. */
  readonly retryable?: boolean;
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** How long the other side asked us to wait before the next try, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** A failure of the engine, told apart by {@linkcode ReplicateError.code}. */
export class ReplicateError extends Error {
  /** What went wrong. */
  readonly code: ReplicateErrorCode;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  /** How long the other side asked us to wait, in milliseconds; 0 when it did not say. */
  readonly retryAfterMs: number;

  /**
   * Makes an error.
   *
   * @param code What went wrong.
   * @param message What was asked, what is wrong, and what to do.
   * @param options Whether a retry may help, and the cause.
   */
  constructor(code: ReplicateErrorCode, message: string, options: ReplicateErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ReplicateError";
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** An error as plain data: a class does not survive the structured clone between threads. */
export interface ErrorReport {
  /** The error's class name. */
  readonly name: string;
  /** What went wrong. */
  readonly code: ReplicateErrorCode;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  /** The message, causes included. */
  readonly message: string;
}

/**
 * Turns anything thrown into plain data.
 *
 * @param error What was caught.
 * @returns The report; an error of unknown class has the code `internal`.
 */
export function reportError(error: unknown): ErrorReport {
  if (error instanceof ReplicateError) {
    const { name, code, retryable } = error;
    return { name, code, retryable, message: messageWithCauses(error) };
  }
  const name = error instanceof Error ? error.name : "Error";
  return { name, code: "internal", retryable: false, message: messageWithCauses(error) };
}

/**
 * Turns a report back into an error that can be thrown.
 *
 * @param report The plain data.
 * @returns An error with the same code and message.
 */
export function errorFromReport(report: ErrorReport): ReplicateError {
  return new ReplicateError(report.code, report.message, { retryable: report.retryable });
}

/** How many causes a message tells; an error may be its own cause. */
const CAUSES_MAX = 5;

function messageWithCauses(error: unknown, causesMax: number = CAUSES_MAX): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause === undefined || causesMax === 0) return error.message;
  return `${error.message}: ${messageWithCauses(error.cause, causesMax - 1)}`;
}

/**
 * States what a programmer holds to be always true.
 *
 * @param condition What must hold.
 * @param statement The same in words.
 * @throws {Error} When it does not hold: a bug in this program.
 */
export function invariant(condition: boolean, statement: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${statement}`);
}
