/**
 * Events for whoever watches the process.
 *
 * @module
 */

import { systemClock } from "./clock.ts";
import { describeEvent, type EventDescription, type EventLevel } from "./describe_event.ts";
import type { ReplicateEvent } from "./events.ts";
import { ProgressLine } from "./progress_line.ts";

/** Where {@linkcode EventPrinter} writes. */
export interface EventPrinterOptions {
  /** Writes a record. */
  readonly record: (level: EventLevel, message: string, fields: EventDescription["fields"]) => void;
  /** Writes raw text to the terminal, for progress that is redrawn; null where there is no terminal. */
  readonly terminal: ((text: string) => void) | null;
}

/** Writes events as records, and progress as a line that moves. */
export class EventPrinter {
  readonly #record: EventPrinterOptions["record"];
  readonly #progress: ProgressLine;

  /**
   * Makes a printer.
   *
   * @param options Where to write.
   */
  constructor({ record, terminal }: EventPrinterOptions) {
    this.#record = record;
    this.#progress = new ProgressLine({
      clock: systemClock,
      write: terminal,
      record: (message, fields) => record("info", message, fields),
    });
  }

  /**
   * Prints an event.
   *
   * @param event What happened.
   */
  print(event: ReplicateEvent): void {
    if (event.type === "progress") return this.#progress.update(event);
    this.#progress.end();
    const { level, message, fields } = describeEvent(event);
    this.#record(level, message, fields);
  }
}
