/**
 * The time between the restore and the right to write: the database is read, and whatever writes is refused.
 *
 * @module
 */

import type { Hono } from "hono";
import type { Clock } from "./clock.ts";
import { errorResponse } from "./error_response.ts";
import { messageWithCauses } from "./errors.ts";
import { InFlight } from "./in_flight.ts";
import { logEvent } from "./log.ts";
import { type ReadOnlyStore, waiting } from "./read_only_store.ts";

/** The longest that closing waits for a read, in milliseconds: a filter is given up before that. */
const READ_LIMIT_MS = 15_000;

/** Requests with these methods write. */
export const WRITES: readonly string[] = ["PUT", "POST", "DELETE"];

/** What a {@linkcode ReadingPhase} is made of. */
export interface ReadingPhaseOptions {
  /** Opens the database; `null` when it cannot be read as it is. */
  readonly openStore: () => ReadOnlyStore | null;
  /** Makes the application on it. */
  readonly createApp: (store: ReadOnlyStore) => Promise<Hono>;
  /** Measures how long a read may take. */
  readonly clock: Clock;
}

/** Answers reads, between {@linkcode ReadingPhase.open} and {@linkcode ReadingPhase.close}, as often as that happens. */
export class ReadingPhase {
  readonly #options: ReadingPhaseOptions;
  readonly #reads = new InFlight();
  #wanted: "open" | "closed" = "closed";
  #store: ReadOnlyStore | null = null;
  #app: Hono | null = null;
  /** Each opening and closing waits for the one before it. */
  #last: Promise<void> = Promise.resolve();

  /**
   * Begins with nothing open.
   *
   * @param options How to open, and what to serve then.
   */
  constructor(options: ReadingPhaseOptions) {
    this.#options = options;
  }

  /** Opens the database soon. When that fails, it is logged and nothing is answered. */
  open(): void {
    if (this.#wanted === "open") return;
    this.#wanted = "open";
    this.#last = this.#last.then(() => this.#open());
  }

  /**
   * Answers a request, when the database is open.
   *
   * @param request The request.
   * @param connection What the server tells of the connection.
   * @returns The answer; `null` when nothing is open.
   */
  answer(request: Request, connection: object): Response | Promise<Response> | null {
    const app = this.#app;
    if (!app) return null;
    if (WRITES.includes(request.method)) return errorResponse(waiting(), request);
    return this.#reads.count(async () => await app.fetch(request, connection));
  }

  /**
   * Answers no more, waits for the reads in flight and closes the file.
   *
   * @returns Resolves when nothing is open any more: at once when nothing was.
   */
  close(): Promise<void> {
    if (this.#wanted === "open") {
      this.#wanted = "closed";
      this.#app = null;
      this.#last = this.#last.then(() => this.#close());
    }
    return this.#last;
  }

  async #open(): Promise<void> {
    try {
      const store = this.#options.openStore();
      if (!store) {
        logEvent("info", "Not served before it may be written: the database is of another version");
        return;
      }
      this.#store = store;
      const app = await this.#options.createApp(store);
      if (this.#wanted === "open") this.#app = app;
    } catch (error) {
      logEvent("warning", "The database cannot be read yet", { error: messageWithCauses(error) });
    }
  }

  async #close(): Promise<void> {
    await this.#reads.idle(this.#options.clock, READ_LIMIT_MS);
    this.#store?.close();
    this.#store = null;
  }
}
