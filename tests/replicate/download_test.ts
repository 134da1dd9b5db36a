import { assert, assertEquals, assertRejects } from "@std/assert";
import { download } from "../../replicate/download.ts";
import { ReplicateError } from "../../replicate/errors.ts";
import type { ObjectStore } from "../../replicate/object_store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { seededRandom, withRandom } from "../support/random.ts";
import { S3Server } from "../support/s3_server.ts";
import { impatientClock, storeOn } from "../support/s3_server_store.ts";

type Reader = Pick<ObjectStore, "read">;

/** How a scripted read ends: after so many bytes of the object, by an error or well. */
interface Script {
  /** Bytes before the end. */
  readonly bytes: number;
  /** What ends it; null for a good end. */
  readonly error: ReplicateError | null;
}

const CONTENT = Uint8Array.from({ length: 100 }, (_, i) => i);

function broken(retryAfterMs = 0): ReplicateError {
  return new ReplicateError("store-unavailable", "The connection broke", { retryable: true, retryAfterMs });
}

/** Reads the content as scripted, and notes from where; the last script stays. Bodies come in pieces of 10 bytes. */
function scripted(...scripts: Script[]): ObjectStore & { readonly offsets: number[] } {
  const offsets: number[] = [];
  const reader: Reader = {
    read: (_key, { offset = 0 } = {}) => {
      const script = scripts[Math.min(offsets.length, scripts.length - 1)] ?? { bytes: 0, error: null };
      offsets.push(offset);
      return Promise.resolve(ReadableStream.from(pieces(offset, script)));
    },
  };
  return { ...reader, offsets } as ObjectStore & { readonly offsets: number[] };
}

async function* pieces(offset: number, { bytes, error }: Script): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const end = Math.min(CONTENT.byteLength, offset + bytes);
  for (let start = offset; start < end; start += 10) {
    await Promise.resolve();
    yield CONTENT.slice(start, Math.min(end, start + 10));
  }
  if (error !== null) throw error;
}

/** Downloads, moving time on whenever the download sleeps. */
async function run(store: ObjectStore, clock: FakeClock, signal?: AbortSignal): Promise<number[]> {
  const bytes: number[] = [];
  const counts: number[] = [];
  const onBytes = (count: number): void => void counts.push(count);
  const drained = (async () => {
    for await (const piece of download(store, "key", { clock, random: () => 0, signal, onBytes })) bytes.push(...piece);
  })();
  let isDone = false;
  const done = drained.catch(() => undefined).then(() => void (isDone = true));
  while (!isDone) {
    await Promise.race([done, clock.whenPending(1)]);
    if (clock.nextDueInMs !== null) await clock.advance(clock.nextDueInMs);
  }
  await drained;
  assertEquals(counts.reduce((sum, count) => sum + count, 0), bytes.length);
  return bytes;
}

Deno.test("download() reads an object at one go when nothing breaks", async () => {
  const store = scripted({ bytes: 100, error: null });
  const clock = new FakeClock();
  assertEquals(await run(store, clock), [...CONTENT]);
  assertEquals([store.offsets, clock.monotonic()], [[0], 0]);
});

Deno.test("download() goes on from where the connection broke", async () => {
  const store = scripted({ bytes: 30, error: broken() }, { bytes: 45, error: broken() }, { bytes: 100, error: null });
  assertEquals(await run(store, new FakeClock()), [...CONTENT]);
  assertEquals(store.offsets, [0, 30, 75]);
});

Deno.test("download() does not repeat a byte when the connection broke after the last one", async () => {
  const store = scripted({ bytes: 100, error: broken() }, { bytes: 0, error: null });
  assertEquals(await run(store, new FakeClock()), [...CONTENT]);
  assertEquals(store.offsets, [0, 100]);
});

Deno.test("download() goes on for as long as there is progress", async () => {
  const store = scripted({ bytes: 3, error: broken() });
  const offsets = Array.from({ length: 34 }, (_, i) => Math.min(100, i * 3));
  await assertRejects(() => run(store, new FakeClock()), ReplicateError, "broke");
  assertEquals(store.offsets.slice(0, 34), offsets);
});

Deno.test("download() gives up after six tries without progress, with pauses that double", async () => {
  const store = scripted({ bytes: 10, error: broken() }, { bytes: 0, error: broken() });
  const clock = new FakeClock();
  const error = await assertRejects(() => run(store, clock), ReplicateError);
  assertEquals(error.code, "store-unavailable");
  assertEquals(store.offsets, [0, 10, 10, 10, 10, 10]);
  assertEquals(clock.monotonic(), 100 + 200 + 400 + 800 + 1600);
});

Deno.test("download() waits for as long as it is asked to", async () => {
  const store = scripted({ bytes: 10, error: broken(7_000) }, { bytes: 100, error: null });
  const clock = new FakeClock();
  await run(store, clock);
  assertEquals(clock.monotonic(), 7_000);
});

Deno.test("download() tries no more when it cannot help", async () => {
  for (const code of ["object-missing", "store-refused"] as const) {
    const store = scripted({ bytes: 20, error: new ReplicateError(code, "No") });
    const error = await assertRejects(() => run(store, new FakeClock()), ReplicateError);
    assertEquals([error.code, store.offsets.length], [code, 1]);
  }
});

Deno.test("download() ends its pause when it is told to give up", async () => {
  const store = scripted({ bytes: 10, error: broken() });
  const clock = new FakeClock();
  const controller = new AbortController();
  const { signal } = controller;
  const drained = Array.fromAsync(download(store, "key", { clock, random: () => 0, signal }));
  const failure = assertRejects(() => drained, Error, "enough");
  await clock.whenPending(1);
  controller.abort(new Error("enough"));
  await failure;
  assertEquals(clock.pending, 0);
});

Deno.test("download() gives the same bytes over a connection that drops, refuses and cuts short", async () => {
  await withRandom(async (random) => {
    const bytes = random.bytes(300_000);
    await using server = await S3Server.start({ seed: random.seed });
    server.objects.put("db/key", bytes);
    server.faults = { ...server.faults, dropBefore: 0.1, error503: 0.1, error500: 0.1, truncateBody: 0.1 };
    const store = storeOn(server, { clock: impatientClock, maxTries: 20 });
    for (let round = 0; round < 5; round++) {
      server.nextFaults.push("truncate-body", "truncate-body", "error-503", "truncate-body");
      const options = { clock: impatientClock, random: seededRandom(1).next };
      const read = await new Response(ReadableStream.from(download(store, "key", options))).bytes();
      assert(read.length === bytes.length && read.every((byte, i) => byte === bytes[i]));
    }
  });
});
