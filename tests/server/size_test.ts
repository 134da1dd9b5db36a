import { assertEquals } from "@std/assert";
import { formatSize } from "../../server/size.ts";

Deno.test("formatSize() writes sizes in powers of 1024", () => {
  assertEquals([5, 1536, 2_097_152].map(formatSize), ["5 B", "1.5 KiB", "2 MiB"]);
});
