/**
 * What the main thread and the worker say to each other. Plain data only: nothing else survives the way.
 *
 * @module
 */

import type { ReplicateConfig } from "./config.ts";
import type { ErrorReport } from "./errors.ts";
import type { ReplicateEvent } from "./events.ts";
import type { EngineTally } from "./tally.ts";
import type { WriterStatus } from "./writer_status.ts";

/** From the main thread to the worker. */
export type ToWorker =
  /** Have the right database on disk, and begin to replicate it. Sent once, as the answer to `listening`. */
  | {
    readonly type: "start";
    readonly config: ReplicateConfig;
    /** Whether the application has the database open already: then it can be neither restored nor moved. */
    readonly isDatabaseOpen: boolean;
    /** The number of the last commit notice so far. */
    readonly notice: number;
  }
  /** Something was committed; notices are numbered from 1. */
  | { readonly type: "committed"; readonly notice: number }
  /** As many wait for an upload as before the last one. */
  | { readonly type: "gathered" }
  /** The commits are held that a `hold` asked for. */
  | { readonly type: "held"; readonly requestId: number }
  /** No connection to the database is open any more, as a `close` asked for. */
  | { readonly type: "closed"; readonly requestId: number }
  /** Upload what is left, and end. Answered by `stopped`. */
  | { readonly type: "stop"; readonly deadlineMs: number };

/** Whether a stop found everything in the replicas. */
export type StopOutcome = "synced" | "incomplete" | "nothing-to-sync";

/** From the worker to the main thread. */
export type FromWorker =
  /** Messages arrive from now on: one that was sent before is lost. The first message. */
  | { readonly type: "listening" }
  /** The database may be read, not written: another instance may still write to the replica. Until `close` or `prepared`. */
  | { readonly type: "readable" }
  /** Close every connection to the database: it is restored anew. Answered by `closed`. */
  | { readonly type: "close"; readonly requestId: number }
  /** The right database is on disk: the application may open it. */
  | { readonly type: "prepared" }
  /** The state of all replicas, whenever one has changed. */
  | { readonly type: "status"; readonly statuses: readonly WriterStatus[] }
  /** Something happened. */
  | { readonly type: "event"; readonly event: ReplicateEvent }
  /** What was counted since the last tally; at most once a second, and only when something has happened. */
  | { readonly type: "tally"; readonly tally: EngineTally }
  /** Begin no commit until `release`. Answered by `held`. */
  | { readonly type: "hold"; readonly requestId: number }
  /** Commits may go on. */
  | { readonly type: "release" }
  /** The worker has ended its transactions, as it was told to. */
  | { readonly type: "stopped"; readonly outcome: StopOutcome }
  /** The worker has ended its transactions, as it cannot go on. */
  | { readonly type: "failed"; readonly error: ErrorReport };
