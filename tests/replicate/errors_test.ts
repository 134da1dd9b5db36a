import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { errorFromReport, invariant, ReplicateError, reportError } from "../../replicate/errors.ts";

Deno.test("ReplicateError is not retryable and asks for no pause when nothing is said", () => {
  const error = new ReplicateError("bad-frame", "Cannot read a frame");
  assertInstanceOf(error, Error);
  assertEquals(error.name, "ReplicateError");
  assertEquals(error.code, "bad-frame");
  assertEquals(error.message, "Cannot read a frame");
  assert(!error.retryable);
  assertEquals(error.retryAfterMs, 0);
  assert(!("cause" in error));
});

Deno.test("ReplicateError keeps its options when they are given", () => {
  const cause = new TypeError("no route");
  const error = new ReplicateError("store-unavailable", "Cannot write", { retryable: true, retryAfterMs: 1500, cause });
  assert(error.retryable);
  assertEquals(error.retryAfterMs, 1500);
  assertStrictEquals(error.cause, cause);
});

Deno.test("reportError() and errorFromReport() keep code, retryable and the causes when the report is cloned", () => {
  const root = new Error("connection reset");
  const cause = new Error("request failed", { cause: root });
  const error = new ReplicateError("store-unavailable", "Cannot write", { retryable: true, cause });
  const report = structuredClone(reportError(error));
  assertEquals(report, {
    name: "ReplicateError",
    code: "store-unavailable",
    retryable: true,
    message: "Cannot write: request failed: connection reset",
  });
  const rebuilt = errorFromReport(report);
  assertInstanceOf(rebuilt, ReplicateError);
  assertEquals(rebuilt.code, "store-unavailable");
  assert(rebuilt.retryable);
  assertEquals(rebuilt.message, report.message);
  assertEquals(reportError(rebuilt), report);
});

Deno.test("reportError() gives the code internal when the error is of another class", () => {
  const cases: readonly [thrown: unknown, name: string, message: string][] = [
    [new TypeError("not a function"), "TypeError", "not a function"],
    [new DOMException("gone", "AbortError"), "AbortError", "gone"],
    [new Error("outer", { cause: "inner" }), "Error", "outer: inner"],
    [new Error("outer", { cause: { toString: () => "an object" } }), "Error", "outer: an object"],
    ["a string", "Error", "a string"],
    [undefined, "Error", "undefined"],
    [null, "Error", "null"],
    [42, "Error", "42"],
  ];
  for (const [thrown, name, message] of cases) {
    const report = reportError(thrown);
    assertEquals(report, { name, code: "internal", retryable: false, message });
    assertEquals(structuredClone(report), report);
  }
});

Deno.test("invariant() does nothing when the condition holds", () => {
  invariant(1 + 1 === 2, "one and one is two");
});

Deno.test("invariant() throws the statement when the condition does not hold", () => {
  const offset: number = 31;
  assertThrows(() => invariant(offset >= 32, "offset is past the header"), Error, "Invariant broken: offset is past");
});
