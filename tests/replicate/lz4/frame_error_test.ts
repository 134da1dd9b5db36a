import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { Lz4FrameError } from "../../../replicate/lz4/frame_error.ts";

Deno.test("Lz4FrameError has a name, a message and a cause of its own", () => {
  const cause = new RangeError("offset");
  const error = new Lz4FrameError("LZ4 block is damaged", { cause });
  assertInstanceOf(error, Error);
  assertEquals(String(error), "Lz4FrameError: LZ4 block is damaged");
  assertStrictEquals(error.cause, cause);
});
