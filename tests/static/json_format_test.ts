import { assertEquals } from "@std/assert";
import { formatJson } from "../../static/json_format.js";

Deno.test("formatJson() means the same as JSON.stringify with two blanks", () => {
  const values = [{}, [], [[]], { a: [] }, [1, "x", null, true], { "a b": { c: [{ d: -1.5e3 }, '"\\\n'] } }, [
    "{}",
    ",",
    ":",
  ]];
  for (const value of values) {
    for (const indent of [0, 1, "\t"]) {
      assertEquals(formatJson(JSON.stringify(value, null, indent)), JSON.stringify(value, null, 2));
    }
  }
});

Deno.test("formatJson() keeps what parsing would lose: long numbers, double keys, escapes", () => {
  assertEquals(
    formatJson('{"a":12345678901234567890,"a":1.0,"b":"\\u00fc"}'),
    '{\n  "a": 12345678901234567890,\n  "a": 1.0,\n  "b": "\\u00fc"\n}',
  );
});

Deno.test("formatJson() leaves alone what is no object or array", () => {
  for (const text of ["", "1", '"x"', "{", "[1,]", "{a:1}", "[INFO] started", '{"a":1} trailing']) {
    assertEquals(formatJson(text), null, text);
  }
});
