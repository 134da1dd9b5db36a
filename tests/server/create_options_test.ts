import { assertEquals, assertThrows } from "@std/assert";
import { readCreateOptions, sortForm } from "../../server/create_options.ts";
import { PasteError } from "../../server/errors.ts";
import type { FormPart } from "../../server/multipart.ts";
import { bytesOf } from "./support.ts";

const LIMITS = { defaultExpiryMs: null, maxExpiryMs: null };
const HOUR = 3_600_000;

function request(query: string, headers: Record<string, string> = {}): Request {
  return new Request(`http://x/${query}`, { method: "PUT", headers });
}

function part(name: string, text: string, fileName: string | null = null): FormPart {
  return { name, fileName, bytes: bytesOf(text) };
}

Deno.test("readCreateOptions() reads query, headers and fields, in this order", () => {
  const fields = new Map([["expire", "3h"], ["burn", "1"], ["name", "field.log"]]);
  const headers = { "Expires-In": "2h", "X-Burn": "0" };
  const read = (query: string, given: Record<string, string>, more: ReadonlyMap<string, string>) =>
    Object.values(readCreateOptions(request(query, given), { ...LIMITS, fields: more }));
  assertEquals(read("", {}, new Map()), [null, false, null]);
  assertEquals(read("", {}, fields), [3 * HOUR, true, "field.log"]);
  assertEquals(read("", headers, fields), [2 * HOUR, false, "field.log"]);
  assertEquals(read("?expire=1h&burn=yes&name=a%20b.log", headers, fields), [HOUR, true, "a b.log"]);
  assertEquals(read("?burn", {}, new Map()), [null, true, null]);
  assertEquals(read("?expire=never", headers, fields), [null, false, "field.log"]);
});

Deno.test("readCreateOptions() fills in the operator's default and keeps to the maximum", () => {
  const limits = { defaultExpiryMs: HOUR, maxExpiryMs: 2 * HOUR };
  const read = (query: string) => readCreateOptions(request(query), limits).expiresInMs;
  assertEquals([read(""), read("?expire="), read("?expire=2h")], [HOUR, HOUR, 2 * HOUR]);
  for (const text of ["never", "121m"]) {
    const error = assertThrows(() => read(`?expire=${text}`), PasteError);
    const message = `Cannot store the paste as "expire" must be at most "2h": current value is "${text}"`;
    assertEquals([error.code, error.status, error.message], ["bad-option", 400, message]);
  }
});

Deno.test("readCreateOptions() throws bad-option on one line that names the option", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["?expire=soon", '"expire" must be a time such as "10m", "1h" or "7d", or "never": current value is "soon"'],
    ["?expire=0h", '"expire" must be a time such as "10m", "1h" or "7d", or "never": current value is "0h"'],
    ["?burn=maybe%0Anot", '"burn" must be "1" or "0": current value is "maybe\\nnot"'],
  ];
  for (const [query, message] of cases) {
    const error = assertThrows(() => readCreateOptions(request(query), LIMITS), PasteError);
    assertEquals([error.code, error.message], ["bad-option", `Cannot store the paste as ${message}`]);
  }
});

Deno.test("sortForm() takes a field for an option only beside what can be the paste", () => {
  const cases: readonly (readonly [FormPart[], string | null, Record<string, string>])[] = [
    [[part("_", "text")], "text", {}],
    [[part("name", "text")], "text", {}],
    [[part("expire", "1h")], "1h", {}],
    [[part("_", "text"), part("expire", "1h"), part("burn", "1")], "text", { expire: "1h", burn: "1" }],
    [[part("expire", "1h"), part("f", "file", "x.log")], "file", { expire: "1h" }],
    [[part("name", "a.log"), part("name", "file", "x.log")], "file", { name: "a.log" }],
    [[part("_", ""), part("f", "file", "x.log")], "file", {}],
    [[part("_", ""), part("expire", "1h")], null, { expire: "1h" }],
    [[part("name", "text"), part("expire", "1h")], "text", { expire: "1h" }],
    [[part("_", "text"), part("expire", ""), part("expire", "2h"), part("expire", "3h")], "text", { expire: "2h" }],
    [[part("a", "first"), part("b", "second")], "first", {}],
    [[], null, {}],
  ];
  for (const [parts, content, fields] of cases) {
    const sorted = sortForm(parts);
    const text = sorted.content && new TextDecoder().decode(sorted.content.bytes);
    assertEquals([text, Object.fromEntries(sorted.fields)], [content, fields]);
  }
});
