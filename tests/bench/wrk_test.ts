import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { parseResult } from "../../bench/wrk.ts";

const GOOD = { requests: 3000, microseconds: 2e6, bytes: 1, refused: 0, failed: 0, p50: 1500, p99: 9000 };

Deno.test("parseResult() gives the rate, and the times in milliseconds", () => {
  const result = parseResult(`Running 2s test\n  3000 requests in 2.00s\n${JSON.stringify(GOOD)}\n`);
  assertAlmostEquals(result.perSecond, 1500);
  assertEquals([result.requests, result.p50Ms, result.p99Ms], [3000, 1.5, 9]);
});

Deno.test("parseResult() gives no figures when requests were refused or lost, or when there were none", () => {
  for (const bad of [{ refused: 1 }, { failed: 1 }, { requests: 0 }]) {
    assertThrows(() => parseResult(JSON.stringify({ ...GOOD, ...bad })), Error, "Cannot use wrk's result");
  }
});

Deno.test("parseResult() shows what wrk said when that is no result", () => {
  assertThrows(() => parseResult("unable to connect\n"), Error, "unable to connect");
});
