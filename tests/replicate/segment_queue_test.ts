import { assertEquals } from "@std/assert";
import { SegmentQueue } from "../../replicate/segment_queue.ts";
import type { CapturedRun } from "../../replicate/wal_cursor.ts";

function run(offset: number, ...bytes: readonly number[]): CapturedRun {
  return { offset, bytes: new Uint8Array(bytes), reachedEnd: true };
}

/** A queue of runs: index, notice, run. */
function queueOf(segmentBytesMax: number, ...runs: readonly (readonly [number, number, CapturedRun])[]): SegmentQueue {
  const queue = new SegmentQueue(segmentBytesMax);
  for (const [index, notice, captured] of runs) queue.push(index, captured, notice);
  return queue;
}

Deno.test("SegmentQueue has neither head nor bytes when it is empty", () => {
  const queue = new SegmentQueue(8);
  assertEquals([queue.head, queue.bytes, queue.seal(), queue.advance(3)], [null, 0, null, 0]);
  queue.coverNotice(3);
  assertEquals(queue.head, null);
});

for (
  const { what, runs, expected } of [
    { what: "one run as it is", runs: [[0, 1, run(0, 1, 2)]], expected: [0, 0, [1, 2], 1] },
    {
      what: "runs that follow each other, with the last one's notice",
      runs: [[0, 1, run(0, 1, 2)], [0, 4, run(2, 3)], [0, 5, run(3, 4)]],
      expected: [0, 0, [1, 2, 3, 4], 5],
    },
    {
      what: "no run of another index",
      runs: [[0, 1, run(0, 1, 2)], [1, 2, run(2, 3)]],
      expected: [0, 0, [1, 2], 1],
    },
    { what: "no run beyond a gap", runs: [[0, 1, run(0, 1, 2)], [0, 2, run(5, 3)]], expected: [0, 0, [1, 2], 1] },
    {
      what: "no more than a segment may have",
      runs: [[0, 1, run(0, 1, 2, 3)], [0, 2, run(3, 4, 5)], [0, 3, run(5, 6)]],
      expected: [0, 0, [1, 2, 3, 4, 5], 2],
    },
    {
      what: "a run that is larger than a segment alone",
      runs: [[3, 1, run(7, 1, 2, 3, 4, 5, 6)], [3, 2, run(13, 7)]],
      expected: [3, 7, [1, 2, 3, 4, 5, 6], 1],
    },
  ] as const
) {
  Deno.test(`SegmentQueue.seal() joins ${what}`, () => {
    const queue = queueOf(5, ...runs);
    const bytes = queue.bytes;
    const sealed = queue.seal();
    const [index, offset, content, notice] = expected;
    assertEquals(sealed, { index, offset, bytes: new Uint8Array(content), notice });
    assertEquals(queue.head, sealed);
    assertEquals(queue.bytes, bytes, "nothing is removed");
  });
}

Deno.test("SegmentQueue.advance() removes bytes from the front", () => {
  const queue = queueOf(8, [0, 1, run(32, 1, 2, 3)], [1, 2, run(0, 4)]);
  assertEquals(queue.advance(2), 1);
  assertEquals(queue.head, { index: 0, offset: 34, bytes: new Uint8Array([3]), notice: 1 });
  assertEquals(queue.advance(1), 0);
  assertEquals(queue.head?.index, 1);
  assertEquals(queue.bytes, 1);
});

Deno.test("SegmentQueue.coverNotice() raises the last segment's notice", () => {
  const queue = queueOf(8, [0, 1, run(0, 1)], [1, 2, run(0, 2)]);
  queue.coverNotice(9);
  assertEquals(queue.seal()?.notice, 1);
  queue.advance(1);
  assertEquals(queue.seal()?.notice, 9);
});

Deno.test("SegmentQueue.clear() forgets everything", () => {
  const queue = queueOf(8, [0, 1, run(0, 1)]);
  queue.clear();
  assertEquals([queue.head, queue.bytes], [null, 0]);
});
