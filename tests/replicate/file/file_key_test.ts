import { assert, assertEquals, assertThrows } from "@std/assert";
import { compareKeys, folderPath, keyPath, parentPath } from "../../../replicate/file/file_key.ts";

Deno.test("keyPath() and folderPath() stay below the folder", () => {
  assertEquals(keyPath("/r", "a/b c"), "/r/a/b c");
  assertEquals(keyPath("/r/", "a"), "/r/a");
  assertEquals(keyPath("/", "a"), "/a");
  assertEquals(keyPath("replica", "a"), "replica/a");
  assertEquals(folderPath("/r", ""), "/r");
  assertEquals(folderPath("/r", "a/b/"), "/r/a/b");
});

Deno.test("keyPath() and folderPath() throw when a part is no file name", () => {
  for (const key of ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", "a/", "a\0b"]) {
    assertThrows(() => keyPath("/r", key), TypeError, "parts");
  }
  for (const prefix of ["/", "../", "a//", "a/../"]) assertThrows(() => folderPath("/r", prefix), TypeError, "parts");
});

Deno.test("keyPath() throws when the key ends as temporary files do", () => {
  assertThrows(() => keyPath("/r", "a.tmp"), TypeError, "temporary");
});

Deno.test("parentPath() goes up to the root and no further", () => {
  assertEquals(["/a/b", "/a", "/", "a/b", "a", "a/"].map(parentPath), ["/a", "/", "/", "a", ".", "."]);
});

Deno.test("compareKeys() orders by UTF-8 bytes", () => {
  const sorted = ["", "a", "a.b", "a/", "a0", "aa", "b", "é", "\uffff", "\u{10000}", "\u{10001}", "\u{10400}"];
  const encoder = new TextEncoder();
  const bytes = (key: string): string => encoder.encode(key).toHex();
  for (const [index, one] of sorted.entries()) {
    assertEquals(compareKeys(one, one), 0);
    for (const other of sorted.slice(index + 1)) {
      assert(bytes(one) < bytes(other));
      assert(compareKeys(one, other) < 0 && compareKeys(other, one) > 0, `${one} ${other}`);
    }
  }
});
