/**
 * A thread that compresses: {@linkcode CodecPool} sends it jobs, one at a time.
 *
 * @module
 */

import { type CodecJob, runCodecJob } from "./codec_job.ts";

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<CodecJob>) => void) | null;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }) => {
  try {
    const result = runCodecJob(data);
    scope.postMessage(result, "bytes" in result ? [result.bytes.buffer] : []);
    if (data.bytes.byteLength > 0) data.bytes.buffer.transfer(0); // at once, rather than with the next collection
  } catch (error) {
    // Uncaught, it would end this thread and print a stack.
    scope.postMessage({ error: error instanceof Error ? error.message : String(error) }, []);
  }
};
