/**
 * Where compressing happens: small things at once, large ones on threads of their own.
 *
 * The platform's asynchronous functions run on the calling thread all the same, and a few milliseconds per megabyte
 * there would keep every other request waiting.
 *
 * @module
 */

import { type CodecJob, type CodecResult, runCodecJob } from "./codec_job.ts";
import { PasteError } from "./errors.ts";

/** Does {@linkcode CodecJob}s. */
export interface Codec {
  /**
   * Does a job.
   *
   * @param job What to compute.
   * @returns What came of it.
   * @throws {Error} When a stored paste is damaged, or a thread has died.
   * @throws {PasteError} `overloaded` when too much is waiting already.
   */
  run(job: CodecJob): Promise<CodecResult>;
}

/** Up to here a job takes less time than sending it to another thread, in bytes. */
const INLINE_BYTES = 32 * 1024;

/** The most bytes that may wait for a thread. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

/** Does every job at once, on the calling thread. */
export const inlineCodec: Codec = { run: (job) => new Promise((resolve) => resolve(runCodecJob(job))) };

interface Pending {
  readonly job: CodecJob;
  readonly resolve: (result: CodecResult) => void;
  readonly reject: (error: Error) => void;
}

/** One thread and what it is doing. */
interface Thread {
  readonly worker: Worker;
  pending: Pending | null;
}

/** Threads for large jobs, started when there is something to do. */
export class CodecPool implements Codec {
  readonly #maxThreads: number;
  readonly #threads: Thread[] = [];
  readonly #queue: Pending[] = [];
  #queuedBytes = 0;
  #isClosed = false;

  /**
   * Makes a pool without any thread yet.
   *
   * @param maxThreads How many it may start.
   */
  constructor(maxThreads: number) {
    this.#maxThreads = maxThreads;
  }

  /** See {@linkcode Codec.run}. */
  run(job: CodecJob): Promise<CodecResult> {
    const bytes = inflatedBytes(job);
    if (this.#isClosed || bytes <= INLINE_BYTES) return inlineCodec.run(job);
    return new Promise((resolve, reject) => {
      if (this.#queue.length > 0 && this.#queuedBytes + bytes > MAX_QUEUED_BYTES) {
        throw new PasteError("overloaded", "Cannot take the paste as too many wait for compression: try again");
      }
      this.#queue.push({ job, resolve, reject });
      this.#queuedBytes += bytes;
      this.#startNext();
    });
  }

  /** How many threads there are. */
  get threads(): number {
    return this.#threads.length;
  }

  /** Ends the threads; what they are doing fails, and what comes later is done at once. */
  close(): void {
    this.#isClosed = true;
    const reason = new Error("Cannot compress as the service stops");
    for (const thread of [...this.#threads]) this.#end(thread, reason);
    this.#queuedBytes = 0;
    for (const { reject } of this.#queue.splice(0)) reject(reason);
  }

  #startNext(): void {
    if (this.#queue.length === 0) return;
    const thread = this.#threads.find(({ pending }) => pending === null) ?? this.#startThread();
    const next = thread && this.#queue.shift();
    if (!thread || !next) return;
    this.#queuedBytes -= inflatedBytes(next.job);
    thread.pending = next;
    // What is to be compressed goes there and back without a copy; what is to be inflated somebody may still need.
    thread.worker.postMessage(next.job, next.job.kind === "compress" ? [next.job.bytes.buffer] : []);
  }

  #startThread(): Thread | null {
    if (this.#threads.length >= this.#maxThreads) return null;
    const worker = new Worker(new URL("./codec_worker.ts", import.meta.url), { type: "module" });
    const thread: Thread = { worker, pending: null };
    worker.onmessage = ({ data }: MessageEvent<CodecResult | { readonly error: string }>): void => {
      const { pending } = thread;
      thread.pending = null;
      if ("error" in data) pending?.reject(new Error(data.error));
      else pending?.resolve(data);
      this.#startNext();
    };
    worker.onerror = (event): void => {
      event.preventDefault(); // else it would end the process
      this.#end(thread, new Error("Cannot compress as the thread for it has failed", { cause: event.message }));
      this.#startNext();
    };
    this.#threads.push(thread);
    return thread;
  }

  #end(thread: Thread, reason: Error): void {
    thread.worker.terminate();
    this.#threads.splice(this.#threads.indexOf(thread), 1);
    thread.pending?.reject(reason);
  }
}

/** What a job costs grows with what is not compressed; of what a client has compressed nobody knows it. */
function inflatedBytes(job: CodecJob): number {
  switch (job.kind) {
    case "compress":
      return job.bytes.byteLength;
    case "decompress":
      return job.plainBytes;
    case "inflate":
      return job.limitBytes;
    default:
      return job satisfies never;
  }
}
