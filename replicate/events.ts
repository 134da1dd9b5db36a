/**
 * What the engine tells about itself. It never logs: whoever runs it renders these.
 *
 * @module
 */

import type { DatabaseSighting } from "./database_identity.ts";
import type { ErrorReport } from "./errors.ts";

/** Why a generation begins. */
export type GenerationReason =
  | "first generation"
  | "restored from the replica"
  | "wal restarted by another process"
  | "wal overwritten by another process"
  | "wal does not continue the replica"
  | "wal outgrew its bound"
  | "max index reached";

/** A task whose progress is told. */
export type ProgressTask = "restore" | "snapshot";

/** Something that happened in the engine. */
export type ReplicateEvent =
  | {
    readonly type: "generation-started";
    readonly replica: string;
    readonly position: string;
    readonly reason: GenerationReason;
  }
  | { readonly type: "database-opened"; readonly sqliteVersion: string }
  | { readonly type: "database-on-remote-files"; readonly path: string; readonly fileSystem: string }
  | { readonly type: "database-replaced"; readonly path: string; readonly found: DatabaseSighting }
  | { readonly type: "resumed"; readonly replica: string; readonly position: string }
  | { readonly type: "nothing-to-restore"; readonly replica: string }
  | {
    readonly type: "restored";
    readonly replica: string;
    readonly position: string;
    readonly databaseBytes: number;
    readonly objects: number;
    readonly durationMs: number;
  }
  | {
    readonly type: "progress";
    readonly task: ProgressTask;
    readonly replica: string;
    readonly doneBytes: number;
    /** Null while it cannot be known. */
    readonly totalBytes: number | null;
  }
  | {
    readonly type: "snapshot-written";
    readonly replica: string;
    readonly position: string;
    readonly databaseBytes: number;
    readonly durationMs: number;
  }
  | {
    readonly type: "snapshot-failed";
    readonly replica: string;
    readonly error: ErrorReport;
    readonly nextTryMs: number;
  }
  | {
    readonly type: "retention-applied";
    readonly replica: string;
    readonly objects: number;
    readonly bytes: number;
  }
  | { readonly type: "retention-failed"; readonly replica: string; readonly error: ErrorReport }
  | {
    readonly type: "validated";
    readonly replica: string;
    readonly position: string;
    readonly databaseBytes: number;
    readonly durationMs: number;
  }
  /** The replica does not hold what the database holds. */
  | {
    readonly type: "validation-failed";
    readonly replica: string;
    readonly position: string;
    readonly error: ErrorReport;
  }
  /** Nothing was found out. */
  | { readonly type: "validation-skipped"; readonly replica: string; readonly error: ErrorReport }
  | { readonly type: "wal-restarted"; readonly frames: number; readonly heldMs: number }
  | { readonly type: "checkpoint-pinned"; readonly frames: number; readonly checkpointedFrames: number }
  | { readonly type: "checkpoint-failed"; readonly error: ErrorReport }
  | { readonly type: "wal-bound-exceeded"; readonly replica: string; readonly walBytes: number }
  | { readonly type: "stale-database"; readonly replica: string; readonly movedTo: string }
  | {
    readonly type: "takeover-waiting";
    readonly replica: string;
    readonly position: string;
    readonly graceMs: number;
  }
  | { readonly type: "fencing-unsupported"; readonly replica: string }
  | { readonly type: "claim-lost"; readonly replica: string; readonly key: string }
  | { readonly type: "fenced"; readonly replica: string; readonly key: string }
  | { readonly type: "sync-failed"; readonly replica: string; readonly error: ErrorReport; readonly nextTryMs: number }
  | { readonly type: "sync-recovered"; readonly replica: string }
  | { readonly type: "worker-failed"; readonly error: ErrorReport; readonly nextTryMs: number };

/** Receives events as they happen. */
export type EventListener = (event: ReplicateEvent) => void;
