/**
 * The thread that matches the lines of one paste, and ends with it.
 *
 * @module
 */

import { RE2JS, RE2JSException } from "re2js";
import type { GrepAnswer, GrepTask } from "./grep.ts";
import { filterLines } from "./line_filter.ts";

globalThis.onmessage = ({ data }: MessageEvent<GrepTask>): void => {
  self.postMessage(work(data));
};

function work({ bytes, filter }: GrepTask): GrepAnswer {
  const patterns: RE2JS[] = [];
  try {
    for (const pattern of filter.patterns) patterns.push(RE2JS.compile(pattern));
  } catch (error) {
    if (error instanceof RE2JSException) return { type: "bad-pattern", reason: error.message };
    throw error;
  }
  return { type: "lines", bytes: filterLines(bytes, filter, (line) => patterns.every((re) => re.test(line))) };
}
