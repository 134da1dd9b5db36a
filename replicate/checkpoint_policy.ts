/**
 * When to checkpoint.
 *
 * @module
 */

/** Bounds of {@linkcode isCheckpointDue}. */
export interface CheckpointPolicy {
  /** A WAL of at least this many frames is due. */
  readonly minCheckpointPageCount: number;
  /** A WAL with anything of the application's is due after this long, in milliseconds; 0 for never. */
  readonly checkpointIntervalMs: number;
}

/** What the decision depends on. */
export interface CheckpointSituation {
  /** Frames in the WAL. */
  readonly walFrames: number;
  /** Whether anything but our own bump was committed since the WAL was restarted. */
  readonly hasApplicationFrames: boolean;
  /** Time since the WAL was restarted, in milliseconds. */
  readonly sinceRestartMs: number;
  /** Time since a checkpoint was last tried, in milliseconds. */
  readonly sinceAttemptMs: number;
  /** How many tries in a row could not restart the WAL. */
  readonly failedAttempts: number;
}

/** The pause after a try that could not restart the WAL; it doubles with each, up to the longest. */
const RETRY_PAUSE_MS = 100;

const RETRY_PAUSE_MAX_MS = 10_000;

/**
 * Decides whether a checkpoint should be tried now.
 *
 * @param policy The bounds.
 * @param situation What is known of the WAL.
 * @returns Whether to try.
 */
export function isCheckpointDue(policy: CheckpointPolicy, situation: CheckpointSituation): boolean {
  const { failedAttempts, sinceAttemptMs } = situation;
  const pauseMs = failedAttempts === 0 ? 0 : Math.min(RETRY_PAUSE_MAX_MS, RETRY_PAUSE_MS * 2 ** (failedAttempts - 1));
  if (sinceAttemptMs < pauseMs) return false;
  if (!situation.hasApplicationFrames) return false;
  if (situation.walFrames >= policy.minCheckpointPageCount) return true;
  return policy.checkpointIntervalMs > 0 && situation.sinceRestartMs >= policy.checkpointIntervalMs;
}
