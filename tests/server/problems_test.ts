import { assertEquals, assertThrows } from "@std/assert";
import { ReplicateConfigError } from "../../replicate/mod.ts";
import { ServerConfigError } from "../../server/config.ts";
import { collectProblems } from "../../server/problems.ts";

Deno.test("collectProblems() keeps the problems of several parsers, in order, and gives what the others return", () => {
  const problems: string[] = [];
  const refuse = (error: Error): never => {
    throw error;
  };
  assertEquals(collectProblems(problems, () => refuse(new ServerConfigError(["a", "b"]))), null);
  assertEquals(collectProblems(problems, () => 5), 5);
  assertEquals(collectProblems(problems, () => refuse(new ReplicateConfigError(["c"]))), null);
  assertEquals(problems, ["a", "b", "c"]);
});

Deno.test("collectProblems() passes on what is no problem of the configuration", () => {
  assertThrows(
    () =>
      collectProblems([], () => {
        throw new TypeError("a mistake in the program");
      }),
    TypeError,
    "mistake",
  );
});
