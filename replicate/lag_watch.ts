/**
 * Noticing that the application writes faster than a replica can take it.
 *
 * @module
 */

/** So many captures in a row that did not reach the WAL's end, and the backlog is looked at. */
const LAPS = 8;

/** Follows the backlog of one replica from capture to capture. */
export class LagWatch {
  #laps = 0;
  #firstBacklogBytes = 0;
  #isGrowing = false;

  /** Whether the backlog has not shrunk over many captures: without help the replica will never catch up. */
  get isGrowing(): boolean {
    return this.#isGrowing;
  }

  /** A capture reached the WAL's end. */
  caughtUp(): void {
    this.#laps = 0;
    this.#isGrowing = false;
  }

  /**
   * A capture did not reach the WAL's end.
   *
   * @param backlogBytes What is left of the WAL behind it, in bytes.
   */
  fellBehind(backlogBytes: number): void {
    if (this.#laps % LAPS === 0) {
      this.#isGrowing = this.#laps > 0 && backlogBytes >= this.#firstBacklogBytes;
      this.#firstBacklogBytes = backlogBytes;
    }
    this.#laps++;
  }
}
