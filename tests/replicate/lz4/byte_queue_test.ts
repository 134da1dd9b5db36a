import { assert, assertEquals, assertRejects } from "@std/assert";
import { ByteQueue } from "../../../replicate/lz4/byte_queue.ts";
import { withRandom } from "../../support/random.ts";

const PIECES: readonly number[][] = [[1, 2], [], [3], [4, 5, 6, 7], []];

function queueOf(pieces: readonly number[][]): ByteQueue {
  return new ByteQueue(pieces.map((piece) => Uint8Array.from(piece)));
}

Deno.test("ByteQueue.take() gives exact runs when they cross the pieces", async () => {
  const queue = queueOf(PIECES);
  assertEquals([...await queue.take(1)], [1]);
  assertEquals([...await queue.take(4)], [2, 3, 4, 5]);
  assertEquals([...await queue.take(0)], []);
  assertEquals([...await queue.take(2)], [6, 7]);
});

Deno.test("ByteQueue.take() gives fewer bytes when the stream ends before", async () => {
  const queue = queueOf(PIECES);
  assertEquals([...await queue.take(100)], [1, 2, 3, 4, 5, 6, 7]);
  assertEquals([...await queue.take(1)], []);
  assertEquals([...await queueOf([]).take(5)], []);
});

Deno.test("ByteQueue.peek() leaves the bytes in place", async () => {
  const queue = queueOf(PIECES);
  assertEquals([...await queue.peek(3)], [1, 2, 3]);
  assertEquals([...await queue.peek(100)], [1, 2, 3, 4, 5, 6, 7]);
  assertEquals([...await queue.take(2)], [1, 2]);
  assertEquals([...await queue.peek(2)], [3, 4]);
  assertEquals([...await queue.take(100)], [3, 4, 5, 6, 7]);
  assertEquals([...await queue.peek(1)], []);
});

Deno.test("ByteQueue.take() asks its source for no more than it needs", async () => {
  let pulled = 0;
  const queue = new ByteQueue(function* (): Generator<Uint8Array> {
    for (;; pulled++) yield new Uint8Array(10);
  }());
  await queue.take(10);
  assertEquals(pulled, 0);
  await queue.take(1);
  assertEquals(pulled, 1);
  await queue.close();
});

Deno.test("ByteQueue.close() ends its source whether that is asynchronous or not", async () => {
  let ended = 0;
  function* source(): Generator<Uint8Array> {
    try {
      for (;;) yield new Uint8Array(1);
    } finally {
      ended++;
    }
  }
  async function* asyncSource(): AsyncGenerator<Uint8Array> {
    yield* source();
  }
  for (const chunks of [source(), asyncSource()]) {
    const queue = new ByteQueue(chunks);
    await queue.take(1);
    await queue.close();
  }
  assertEquals(ended, 2);
});

Deno.test("ByteQueue.take() passes on the error when its source fails", async () => {
  const queue = new ByteQueue(function* (): Generator<Uint8Array> {
    yield new Uint8Array(1);
    throw new RangeError("connection lost");
  }());
  assertEquals((await queue.take(1)).byteLength, 1);
  await assertRejects(() => queue.take(1), RangeError, "connection lost");
});

Deno.test("ByteQueue gives every byte once and in order whatever is asked", async () => {
  await withRandom(async (random) => {
    for (let run = 0; run < 100; run++) {
      const bytes = random.bytes(random.integer(0, 500));
      const queue = new ByteQueue(random.pieces(bytes, 20));
      for (let offset = 0; offset < bytes.byteLength + 10;) {
        const count = random.integer(1, 40);
        const expected = bytes.slice(offset, offset + count);
        const isPeek = random.next() < 0.3;
        const actual = isPeek ? await queue.peek(count) : await queue.take(count);
        assertEquals([...actual], [...expected]);
        if (!isPeek) offset += count;
      }
      assert((await queue.take(1)).byteLength === 0);
    }
  });
});
