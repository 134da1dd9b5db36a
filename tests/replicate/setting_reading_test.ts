import { assertEquals } from "@std/assert";
import { parseChoice, parseInterval } from "../../replicate/setting_reading.ts";

Deno.test("parseChoice() takes one of the words, the first when nothing is said, and tells of any other", () => {
  const problems: string[] = [];
  const choose = (text: string): string => parseChoice({ MODE: text }, "MODE", ["auto", "off"], problems);
  assertEquals([choose("off"), choose(""), parseChoice({}, "MODE", ["auto", "off"], problems)], [
    "off",
    "auto",
    "auto",
  ]);
  assertEquals(problems, []);
  choose("on");
  assertEquals(problems, [`Cannot read MODE as it must be "auto" or "off": current value is "on"`]);
});

Deno.test("parseInterval() takes a duration, the default when nothing is said, and tells of anything else", () => {
  const problems: string[] = [];
  const read = (text: string): number => parseInterval({ PAUSE: text }, "PAUSE", 7, problems);
  assertEquals([read("10s"), read("0s"), read("")], [10_000, 0, 7]);
  assertEquals(problems, []);
  read("10");
  assertEquals(problems, [`Cannot read PAUSE as it must be a duration such as "10s": current value is "10"`]);
});
