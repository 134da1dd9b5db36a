import { assert, assertEquals, assertThrows } from "@std/assert";
import { constants, zstdCompressSync } from "node:zlib";
import { splitZstdFrames } from "../../server/zstd_frames.ts";
import { withRandom } from "../support/random.ts";
import { bytesOf, join } from "./support.ts";

const SKIPPABLE = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);

function frame(text: string, options: Record<number, number> = {}): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(zstdCompressSync(bytesOf(text), { params: options }));
}

Deno.test("splitZstdFrames() finds each frame, with and without checksum, and leaves out what is to be skipped", () => {
  const plain = frame("a".repeat(1000));
  const checked = frame("b".repeat(70_000), { [constants.ZSTD_c_checksumFlag]: 1 });
  const unsized = frame("c", { [constants.ZSTD_c_contentSizeFlag]: 0 });
  const empty = frame("");
  const frames = [plain, checked, unsized, empty, plain];
  assertEquals(splitZstdFrames(join(SKIPPABLE, plain, checked, SKIPPABLE, unsized, empty, plain)), frames);
});

Deno.test("splitZstdFrames() throws when a body is cut anywhere but between frames, or followed by something", () => {
  const one = frame("hello ".repeat(100));
  const body = join(one, frame("world"));
  for (let length = 0; length < body.byteLength; length++) {
    if (length !== one.byteLength) assertThrows(() => splitZstdFrames(body.subarray(0, length)), SyntaxError);
  }
  for (const more of ["x", "more than eight bytes"]) assertThrows(() => splitZstdFrames(join(body, more)), SyntaxError);
  assertThrows(() => splitZstdFrames(Uint8Array.from(SKIPPABLE)), SyntaxError, "it has no frame");
});

Deno.test("splitZstdFrames() throws when there are too many", () => {
  const one = frame("x");
  const many = join(...Array.from({ length: 1001 }, () => one));
  assertEquals(splitZstdFrames(many.subarray(one.byteLength)).length, 1000);
  assertThrows(() => splitZstdFrames(many), SyntaxError, "more than 1000 frames");
});

Deno.test("splitZstdFrames() throws nothing but SyntaxError, whatever comes", () =>
  withRandom((random) => {
    const good = frame("some text ".repeat(50));
    for (let i = 0; i < 3_000; i++) {
      const bytes = good.slice(0, random.integer(0, good.byteLength));
      for (let j = random.integer(0, 4); j > 0 && bytes.byteLength > 0; j--) {
        bytes[random.integer(0, bytes.byteLength - 1)] = random.integer(0, 255);
      }
      try {
        splitZstdFrames(bytes);
      } catch (error) {
        assert(error instanceof SyntaxError, String(error));
      }
    }
  }));
