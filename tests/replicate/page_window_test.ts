import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import { PageWindow } from "../../replicate/page_window.ts";
import { withRandom } from "../support/random.ts";

const PAGE_BYTES = 512;

function image(fill: number): Uint8Array {
  return new Uint8Array(PAGE_BYTES).fill(fill);
}

/** What a window would write, as the first byte of each page by number. */
function written(window: PageWindow): Map<number, number> {
  const pages = new Map<number, number>();
  for (const { offset, bytes } of window.runs()) {
    for (let at = 0; at < bytes.byteLength; at += PAGE_BYTES) {
      pages.set((offset + at) / PAGE_BYTES + 1, bytes[at] ?? -1);
    }
  }
  return pages;
}

Deno.test("PageWindow gives the last image of each committed page", () => {
  const window = new PageWindow(PAGE_BYTES, 8 * PAGE_BYTES);
  window.add(7, image(1));
  window.add(3, image(2));
  window.add(7, image(3));
  assertEquals(written(window), new Map());
  window.commit();
  assertEquals(written(window), new Map([[3, 2], [7, 3]]));
  window.add(3, image(4));
  assertEquals(written(window), new Map([[3, 2], [7, 3]]));
  window.rollBack();
  assertFalse(window.isOpen);
  assertEquals(written(window), new Map([[3, 2], [7, 3]]));
});

Deno.test("PageWindow writes neighbours together, up to a MiB, wherever they lie in memory", () => {
  const window = new PageWindow(PAGE_BYTES, 3_000 * PAGE_BYTES);
  for (const pageNumber of [9, 8, 4, 2, 1]) window.add(pageNumber, image(pageNumber));
  for (let pageNumber = 100; pageNumber < 2_200; pageNumber++) window.add(pageNumber, image(0));
  window.commit();
  const runs = Array.from(
    window.runs(),
    ({ offset, bytes }) => [offset / PAGE_BYTES + 1, bytes.byteLength / PAGE_BYTES],
  );
  assertEquals(runs, [[1, 2], [4, 1], [8, 2], [100, 2_048], [2_148, 52]]);
});

Deno.test("PageWindow has as much room as it says, and uses that of overtaken and forgotten pages again", () => {
  const window = new PageWindow(PAGE_BYTES, 4 * PAGE_BYTES + 100);
  for (const [pageNumber, room] of [[1, 3], [2, 2], [2, 2], [3, 1]] as const) {
    window.add(pageNumber, image(1));
    assertEquals(window.room, room);
  }
  window.commit();
  window.add(1, image(2));
  assertEquals(window.room, 0);
  assertThrows(() => window.add(2, image(2)), RangeError, "full");
  window.commit();
  assertEquals(window.room, 1);
  window.add(5, image(3));
  window.rollBack();
  assertEquals(window.room, 1);
  window.add(2, image(4));
  window.commit();
  assertEquals(written(window), new Map([[1, 2], [2, 4], [3, 1]]));
});

Deno.test("PageWindow.continue() takes the open transaction over, and leaves the other window as it is", () => {
  const [first, second] = [0, 0].map(() => new PageWindow(PAGE_BYTES, 4 * PAGE_BYTES));
  if (first === undefined || second === undefined) throw new RangeError();
  second.add(9, image(9));
  second.commit();
  first.add(1, image(1));
  first.commit();
  first.add(1, image(2));
  first.add(2, image(3));
  second.continue(first);
  assertEquals([second.room, second.isOpen], [2, true]);
  assertEquals(written(second), new Map());
  assertEquals(written(first), new Map([[1, 1]]));
  second.commit();
  assertEquals(written(second), new Map([[1, 2], [2, 3]]));
});

Deno.test("PageWindow does what two maps would do", async () => {
  await withRandom((random) => {
    const window = new PageWindow(PAGE_BYTES, 40 * PAGE_BYTES);
    const [committed, open] = [new Map<number, number>(), new Map<number, number>()];
    for (let step = 0; step < 20_000; step++) {
      const action = random.integer(0, 20);
      if (action === 0) {
        for (const [pageNumber, fill] of open) committed.set(pageNumber, fill);
        open.clear();
        window.commit();
      } else if (action === 1) {
        open.clear();
        window.rollBack();
      } else if (window.room > 0) {
        const [pageNumber, fill] = [random.integer(1, 25), random.integer(0, 255)];
        open.set(pageNumber, fill);
        window.add(pageNumber, image(fill));
      }
      assertEquals(window.room, 40 - committed.size - open.size);
      if (step % 100 === 0) assertEquals(written(window), new Map([...committed].sort(([a], [b]) => a - b)));
    }
  });
});
