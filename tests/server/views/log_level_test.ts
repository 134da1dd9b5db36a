import { assertEquals } from "@std/assert";
import { logLevelOf } from "../../../server/views/log_level.ts";

const CASES: readonly (readonly [line: string, level: ReturnType<typeof logLevelOf>])[] = [
  ["2026-11-20T10:00:00Z ERROR payments: timeout", "error"],
  ["2026-11-20 10:00:00,123 [main] WARN  c.e.Foo - slow", "warning"],
  ["10:00:00 DEBUG cache: hit", "quiet"],
  ["10:00:00 INFO last job ended in ERROR", null],
  ['{"level":"error","msg":"x"}', "error"],
  ['{"severity": "WARNING", "message": "x"}', "warning"],
  ['{"level":50,"time":1,"msg":"x"}', "error"],
  ['{"level":30,"msg":"ERROR is a word here"}', null],
  ["time=1 level=fatal msg=x", "error"],
  ["[error] 12#12: upstream timed out", "error"],
  ["E1120 10:00:00.000000       1 main.go:10] x", "error"],
  ["W1120 10:00:00.000000       1 main.go:10] x", "warning"],
  ["error[E0382]: borrow of moved value", "error"],
  ["Error: Cannot find module", "error"],
  ["TypeError: x is not a function", "error"],
  ["Traceback (most recent call last):", "error"],
  ["warning: unused variable", "warning"],
  ["panic: runtime error: index out of range", "error"],
  ["GET /errors/ERROR.html 200", null],
  ["0 errors, 0 warnings", null],
  ["NO_ERROR=1 ERROR_COUNT=0", null],
  ["plain text", null],
  ["", null],
  [`${"x".repeat(400)} ERROR`, null],
];

Deno.test("logLevelOf() finds the level that loggers of many kinds write, and is not misled by words", () => {
  for (const [line, level] of CASES) assertEquals(logLevelOf(line), level, line);
});
