/**
 * The thread that matches the lines of one paste.
 *
 * @module
 */

import { systemClock } from "./clock.ts";
import { PasteError } from "./errors.ts";
import type { GrepAnswer, GrepTask } from "./grep.ts";
import { filterLines } from "./line_filter.ts";
import { LineMatcher } from "./line_matcher.ts";

globalThis.onmessage = ({ data }: MessageEvent<GrepTask>): void => {
  self.postMessage(work(data));
};

function work({ bytes, filter }: GrepTask): GrepAnswer {
  try {
    const matcher = new LineMatcher(filter.patterns, systemClock);
    return { type: "lines", bytes: filterLines(bytes, filter, (line) => matcher.matches(line)) };
  } catch (error) {
    if (error instanceof PasteError && error.code === "bad-filter") return { type: "refused", message: error.message };
    throw error;
  }
}
