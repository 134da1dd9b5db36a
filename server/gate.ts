/**
 * Who may come in, and how often: what stands before the handlers of uploads and look-ups.
 *
 * @module
 */

import type { Context } from "hono";
import { clientAddress, type TrustProxy } from "./client_address.ts";
import { PasteError } from "./errors.ts";
import { RateLimit } from "./rate_limit.ts";
import { UploadTokens } from "./upload_tokens.ts";

/**
 * How many look-ups per minute may find nothing. Nobody mistypes ten links a second, and at this rate guessing an id
 * takes longer than there is time: even of LogPaste's eight characters there are 2 · 10¹⁴.
 */
export const MISSES_PER_MINUTE = 600;

/** The most clients that each limit remembers; each takes about 100 bytes. */
const MAX_CLIENTS = 10_000;

/** What a {@linkcode Gate} is made of. */
export interface GateOptions {
  /** How many pastes a client may send per minute; `null`: as many as it likes. */
  readonly perMinuteLimit: number | null;
  /** Whose word counts about a client's address. */
  readonly trustProxy: TrustProxy;
  /** The tokens of which one is needed to send a paste; none: everybody may. */
  readonly uploadTokens: readonly string[];
  /** Wall-clock time in milliseconds. */
  readonly now: () => number;
  /** Tells the operator what looks like a mistake of the configuration. */
  readonly warn: (message: string) => void;
}

/** What the server tells of a connection, as the application's environment. */
export interface Connection {
  /** The address of its other end. */
  readonly remoteAddr?: { readonly hostname: string };
}

/** A route's handler. */
export type Handler = (c: Context) => Response | Promise<Response>;

/** Lets requests through to the handlers, or not. A limit that is not set costs nothing. */
export class Gate {
  readonly #trust: TrustProxy;
  readonly #tokens: UploadTokens;
  readonly #perMinuteLimit: number | null;
  readonly #uploads: RateLimit | null;
  readonly #misses: RateLimit;
  readonly #warn: (message: string) => void;
  #warned = false;

  /**
   * Opens a gate that nobody has passed yet.
   *
   * @param options The limits.
   */
  constructor(options: GateOptions) {
    const { perMinuteLimit, now, warn } = options;
    this.#warn = warn;
    this.#trust = options.trustProxy;
    this.#tokens = new UploadTokens(options.uploadTokens);
    this.#perMinuteLimit = perMinuteLimit;
    this.#uploads = perMinuteLimit === null
      ? null
      : new RateLimit({ perMinute: perMinuteLimit, maxClients: MAX_CLIENTS, now });
    this.#misses = new RateLimit({ perMinute: MISSES_PER_MINUTE, maxClients: MAX_CLIENTS, now });
  }

  /**
   * Puts the gate before a handler that stores something.
   *
   * @param handler The handler.
   * @returns A handler that asks for a token and counts uploads first, before any of the body is read.
   */
  creating(handler: Handler): Handler {
    const tokens = this.#tokens;
    const uploads = this.#uploads;
    if (!tokens.required && uploads === null) return handler;
    return (c) => {
      tokens.verify(c.req.raw.headers);
      const waitMs = uploads?.take(this.#clientOf(c)) ?? 0;
      if (waitMs > 0) throw tooMany(`store the paste as a client may send ${this.#perMinuteLimit} per minute`, waitMs);
      return handler(c);
    };
  }

  /**
   * Puts the gate before a handler that looks something up by an id.
   *
   * @param handler The handler; it throws `not-found` when there is nothing.
   * @returns A handler that counts what is not found. Who has had too many misses finds nothing at all for a while:
   * were what exists still shown, guessing would go on.
   */
  reading(handler: Handler): Handler {
    const misses = this.#misses;
    return (c) => {
      const waitMs = misses.quiet ? 0 : misses.waitMs(this.#clientOf(c));
      if (waitMs > 0) {
        throw tooMany(`look for a paste as a client may miss ${MISSES_PER_MINUTE} per minute`, waitMs);
      }
      const counted = (error: unknown): never => {
        if (error instanceof PasteError && error.code === "not-found") misses.take(this.#clientOf(c));
        throw error;
      };
      try {
        const answer = handler(c);
        return answer instanceof Promise ? answer.catch(counted) : answer;
      } catch (error) {
        return counted(error);
      }
    };
  }

  #clientOf(c: Context): string {
    const connection: Connection | undefined = c.env;
    const { headers } = c.req.raw;
    if (this.#trust.kind === "none" && !this.#warned && headers.has("x-forwarded-for")) {
      this.#warned = true; // once: whoever likes can send that header
      this.#warn(
        "A request came through a proxy, or claims so: if there is one, set TRUST_PROXY, or its clients count as one",
      );
    }
    return clientAddress(headers, connection?.remoteAddr?.hostname ?? null, this.#trust);
  }
}

function tooMany(what: string, waitMs: number): PasteError {
  const seconds = Math.ceil(waitMs / 1000);
  return new PasteError("too-many-requests", `Cannot ${what}: try again in ${seconds} s`, {
    headers: { "Retry-After": String(seconds) },
  });
}
