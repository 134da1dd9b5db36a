/**
 * A pace for tests.
 *
 * @module
 */

import type { ReplicateSettings } from "../../replicate/config.ts";

/** Uploads at once, looks at the WAL often, never checkpoints before a thousand frames, and keeps all it has uploaded. */
export const QUICK: ReplicateSettings = {
  syncIntervalMs: 0,
  monitorIntervalMs: 20,
  checkpointIntervalMs: 0,
  minCheckpointPageCount: 1_000,
  segmentBytesMax: 4_194_304,
  walBytesMax: 1_073_741_824,
  takeoverGraceMs: 0,
  snapshotIntervalMs: 0,
  snapshotWalRatio: 0,
  retentionMs: 0,
  validationIntervalMs: 0,
};
