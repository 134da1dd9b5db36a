/**
 * An application that writes to a database from a thread of its own, as fast as it can.
 *
 * @module
 */

/** How the database becomes smaller now and then: most rows go, and their pages are given back in some way. */
export type Shrinking = "never" | "delete" | "vacuum" | "incremental";

/** What the thread is told. */
export type ToWriter =
  | {
    readonly type: "start";
    readonly path: string;
    readonly seed: number;
    readonly walAutocheckpoint: number;
    readonly bodyBytesMax: number;
    readonly shrinking: Shrinking;
  }
  | { readonly type: "stop" };

/** What the thread says. */
export type FromWriter =
  | { readonly type: "committed" }
  | { readonly type: "stopped"; readonly commits: number }
  | { readonly type: "failed"; readonly message: string };

/** Options of {@linkcode Writer.start}. */
export interface WriterOptions {
  /** The database. */
  readonly path: string;
  /** What sizes and kinds of writes follow from. */
  readonly seed: number;
  /** The connection's `wal_autocheckpoint`. Default: 0. */
  readonly walAutocheckpoint?: number;
  /** The size of most rows is at most this. Default: 3000. */
  readonly bodyBytesMax?: number;
  /** How the database becomes smaller now and then. Default: it never does. */
  readonly shrinking?: Shrinking;
  /** Called after some commits. */
  readonly onCommitted?: () => void;
}

/** A writer that runs until it is stopped. */
export class Writer implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #ended: Promise<number>;
  readonly #begun: Promise<void>;

  private constructor(options: WriterOptions) {
    const { path, seed, walAutocheckpoint = 0, bodyBytesMax = 3000, shrinking = "never" } = options;
    this.#worker = new Worker(new URL("./writer_worker.ts", import.meta.url), { type: "module" });
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<number>();
    const fail = (message: string): void => {
      begun.resolve();
      ended.reject(new Error(`The writer failed: ${message}`));
    };
    this.#worker.onmessage = ({ data }: MessageEvent<FromWriter>) => {
      switch (data.type) {
        case "committed":
          begun.resolve();
          return options.onCommitted?.();
        case "stopped":
          return ended.resolve(data.commits);
        case "failed":
          return fail(data.message);
        default:
          data satisfies never;
      }
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message);
    };
    this.#begun = begun.promise;
    this.#ended = ended.promise;
    this.#ended.catch(() => undefined); // told by stop()
    this.#send({ type: "start", path, seed, walAutocheckpoint, bodyBytesMax, shrinking });
  }

  /**
   * Starts to write.
   *
   * @param options Database, seed and sizes.
   * @returns The writer, which has committed something by then.
   */
  static async start(options: WriterOptions): Promise<Writer> {
    const writer = new Writer(options);
    await writer.#begun;
    return writer;
  }

  /**
   * Ends the writing.
   *
   * @returns How many commits there were.
   * @throws {Error} When any of them failed.
   */
  async stop(): Promise<number> {
    this.#send({ type: "stop" });
    return await this.#ended;
  }

  /** Ends the thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#send({ type: "stop" });
    await this.#ended.catch(() => undefined);
    this.#worker.terminate();
  }

  #send(message: ToWriter): void {
    this.#worker.postMessage(message);
  }
}
