import { assert, assertEquals, assertFalse } from "@std/assert";
import { findDeleteToken, hashDeleteToken, isDeleteToken } from "../../server/delete_token.ts";

Deno.test("hashDeleteToken() is SHA-256", () => {
  assertEquals(hashDeleteToken("abc").toHex().slice(0, 16), "ba7816bf8f01cfea");
});

Deno.test("isDeleteToken() is true for exactly the paste's own token", () => {
  const hash = hashDeleteToken("secret");
  assert(isDeleteToken("secret", hash));
  for (const token of ["", "Secret", "secret ", "x".repeat(1_000_000)]) assertFalse(isDeleteToken(token, hash));
  assertFalse(isDeleteToken("secret", null));
  assertFalse(isDeleteToken("", hashDeleteToken("")));
  assertFalse(isDeleteToken("secret", hash.subarray(1)));
});

Deno.test("findDeleteToken() looks at X-Delete-Token, then at Authorization", () => {
  const cases: readonly (readonly [Record<string, string>, string])[] = [
    [{}, ""],
    [{ "X-Delete-Token": " a " }, "a"],
    [{ "Authorization": "Bearer a" }, "a"],
    [{ "Authorization": "bearer  a" }, "a"],
    [{ "Authorization": "Basic a" }, ""],
    [{ "Authorization": "Bearer a b" }, ""],
    [{ "Authorization": "Bearer a", "X-Delete-Token": "b" }, "b"],
  ];
  for (const [headers, token] of cases) assertEquals(findDeleteToken(new Headers(headers)), token);
});
