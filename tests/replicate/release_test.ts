import { assertEquals } from "@std/assert";
import { release } from "../../replicate/release.ts";

Deno.test("release() empties bytes that have their memory for themselves", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const { buffer } = bytes;
  release(bytes);
  assertEquals([bytes.byteLength, buffer.byteLength, buffer.detached], [0, 0, true]);
  release(bytes);
});

Deno.test("release() leaves a part of a larger buffer as it is", () => {
  const whole = new Uint8Array([1, 2, 3]);
  for (const part of [whole.subarray(1), whole.subarray(0, 2), whole.subarray(1, 2), whole.subarray(3)]) {
    release(part);
    assertEquals(whole, new Uint8Array([1, 2, 3]));
  }
});

Deno.test("release() leaves shared memory as it is", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(3));
  release(shared);
  assertEquals(shared.byteLength, 3);
});
