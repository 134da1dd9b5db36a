import { assert, assertEquals } from "@std/assert";
import { saltFollows, saltsEqual } from "../../../replicate/wal/salt.ts";

Deno.test("saltsEqual() is true only when both numbers are the same", () => {
  assert(saltsEqual({ salt1: 1, salt2: 2 }, { salt1: 1, salt2: 2 }));
  assert(!saltsEqual({ salt1: 1, salt2: 2 }, { salt1: 1, salt2: 3 }));
  assert(!saltsEqual({ salt1: 1, salt2: 2 }, { salt1: 3, salt2: 2 }));
  assert(!saltsEqual({ salt1: 1, salt2: 2 }, { salt1: 2, salt2: 1 }));
});

Deno.test("saltFollows() is true only when the first number grew by one", () => {
  const cases: readonly [before: number, after: number, expected: boolean][] = [
    [0, 1, true],
    [0x7fff_ffff, 0x8000_0000, true],
    [0xffff_ffff, 0, true],
    [5, 5, false],
    [5, 4, false],
    [5, 7, false],
    [0, 0xffff_ffff, false],
  ];
  for (const [before, after, expected] of cases) {
    assertEquals(saltFollows({ salt1: before, salt2: 1 }, { salt1: after, salt2: 2 }), expected, `${before}, ${after}`);
  }
});
