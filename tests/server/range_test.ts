import { assertEquals } from "@std/assert";
import { chooseRange } from "../../server/range.ts";

const CASES: readonly (readonly [string, "whole" | "unsatisfiable" | readonly [number, number]])[] = [
  ["bytes=0-0", [0, 1]],
  ["bytes=2-4", [2, 5]],
  ["bytes=2-", [2, 10]],
  ["bytes=2-999", [2, 10]],
  ["bytes=-3", [7, 10]],
  ["bytes=-999", [0, 10]],
  [" Bytes = 1 - 2 ", [1, 3]],
  ["bytes=9-9", [9, 10]],
  ["bytes=10-", "unsatisfiable"],
  ["bytes=10-20", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=5-2", "whole"],
  ["bytes=-", "whole"],
  ["bytes=", "whole"],
  ["bytes=0-1,4-5", "whole"],
  ["lines=1-2", "whole"],
  ["bytes=a-b", "whole"],
  ["bytes=0x1-2", "whole"],
  ["bytes=1-9999999999999999999", "whole"],
];

Deno.test("chooseRange() reads one range of bytes, and takes anything else for none", () => {
  for (const [header, wish] of CASES) {
    const choice = chooseRange(header, 10);
    assertEquals(choice.kind === "part" ? [choice.start, choice.end] : choice.kind, wish, header);
  }
});
