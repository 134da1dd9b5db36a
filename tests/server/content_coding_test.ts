import { assertEquals, assertThrows } from "@std/assert";
import { readRequestCoding } from "../../server/content_coding.ts";
import { PasteError } from "../../server/errors.ts";

Deno.test("readRequestCoding() knows every coding by its names", () => {
  const cases: readonly (readonly [string | null, string | null])[] = [
    [null, null],
    ["", null],
    ["identity", null],
    ["gzip", "gzip"],
    [" X-GZip ", "gzip"],
    ["deflate", "deflate"],
    ["BR", "br"],
    ["zstd", "zstd"],
    ["identity, zstd", "zstd"],
  ];
  for (const [header, coding] of cases) assertEquals(readRequestCoding(header), coding, String(header));
});

Deno.test("readRequestCoding() throws unsupported-encoding for others, and for several at once", () => {
  for (const header of ["lz4", "gzip, gzip", "gzip, br", "compress", "*", "gzip;q=1"]) {
    const error = assertThrows(() => readRequestCoding(header), PasteError);
    assertEquals([error.code, error.headers], ["unsupported-encoding", {
      "Accept-Encoding": "zstd, gzip, br, deflate",
    }]);
  }
});
