import { assert, assertEquals, assertFalse } from "@std/assert";
import { Housekeeping } from "../../replicate/housekeeping.ts";
import type { SyncPlace } from "../../replicate/sync.ts";
import { WalCursor } from "../../replicate/wal_cursor.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RefusingStore } from "../support/refusing_store.ts";
import { GENERATION } from "../support/replica_builder.ts";
import { folderStore } from "../support/replicator_fixture.ts";
import { withWriterScene } from "../support/writer_context.ts";

const HOUR_MS = 3_600_000;
const POSITION = { generation: GENERATION, index: 9, offset: 0 };

interface Parts {
  readonly keeping: Housekeeping;
  readonly store: RefusingStore;
  readonly clock: FakeClock;
  readonly place: () => SyncPlace;
  /** Resolves at the next call of `onChange`. */
  readonly changed: () => Promise<void>;
}

async function withHousekeeping(
  body: (parts: Parts) => Promise<void>,
  { retentionMs = HOUR_MS }: { readonly retentionMs?: number } = {},
): Promise<void> {
  await withWriterScene(async ({ context, folder }) => {
    const header = await context.walFile.readHeader();
    if (header === null) throw new Error("There is a WAL");
    const cursor = new WalCursor(context.walFile, header, { runBytesMax: 65_536 });
    const clock = new FakeClock(Date.now()); // the folder's files have the system's time
    const time = { ...context.clock, now: () => clock.now(), monotonic: () => clock.monotonic() };
    const store = new RefusingStore(folderStore(`${folder}/replica`));
    let next = Promise.withResolvers<void>();
    const keeping = new Housekeeping({ ...context, clock: time }, store, () => next.resolve());
    const changed = async (): Promise<void> => {
      await next.promise;
      next = Promise.withResolvers<void>();
    };
    await body({ keeping, store, clock, place: () => ({ generation: GENERATION, index: 0, cursor }), changed });
    await keeping.cancel();
  }, { retentionMs, snapshotIntervalMs: HOUR_MS, validationIntervalMs: HOUR_MS });
}

/** Has the first snapshot written, and the look at the replica that follows it. */
async function settle({ keeping, place, changed }: Parts): Promise<void> {
  await keeping.reset({ exists: false });
  await keeping.ensure(place);
  keeping.advance(POSITION);
  await changed();
  await keeping.ensure(place);
  await changed();
}

Deno.test("Housekeeping looks at the replica after a snapshot, then at an upload of the application's, hourly at the most", async () => {
  await withHousekeeping(async (parts) => {
    const { keeping, store, clock, place, changed } = parts;
    await settle(parts);
    assertEquals(store.passed.list, 1);
    keeping.count({ index: 1, offset: 9_000 });
    await keeping.ensure(place);
    await clock.advance(2 * HOUR_MS);
    await keeping.ensure(place);
    assertEquals(store.passed.list, 1, "time alone is no reason, and an hour had not passed at the upload");
    keeping.count({ index: 2, offset: 9_000 });
    await keeping.ensure(place);
    await changed();
    assertEquals(store.passed.list, 2);
  });
});

Deno.test("Housekeeping does not look at the replica again before anything in it can be superfluous", async () => {
  await withHousekeeping(async (parts) => {
    const { keeping, store, clock, place, changed } = parts;
    await settle(parts);
    const next = { ...place(), index: 0 };
    for (let hour = 1; hour < 50; hour++) {
      await clock.advance(HOUR_MS);
      keeping.count({ index: 0, offset: hour * 9_000 });
      await keeping.ensure(() => next);
      await keeping.cancel(); // the validation
    }
    assertEquals(store.passed.list, 1);
    await clock.advance(2 * HOUR_MS);
    keeping.count({ index: 0, offset: 1e6 });
    await keeping.ensure(() => next);
    await changed();
    assertEquals(store.passed.list, 2, "the snapshot is as old as the retention");
  }, { retentionMs: 50 * HOUR_MS });
});

Deno.test("Housekeeping begins nothing but a first snapshot once it is time to finish", async () => {
  await withHousekeeping(async ({ keeping, store, place, changed, clock }) => {
    await keeping.reset({ exists: false });
    keeping.finish();
    await keeping.ensure(place);
    assertEquals([keeping.exists, keeping.isRunning, keeping.missingBytes > 0], [false, true, true]);
    keeping.advance(null);
    keeping.advance(POSITION);
    await changed();
    assertEquals([keeping.exists, keeping.isRunning, keeping.missingBytes], [true, false, 0]);
    await clock.advance(5 * HOUR_MS);
    keeping.count({ index: 7, offset: 9_000 });
    await keeping.ensure(place);
    assertEquals([keeping.isRunning, store.passed.list, keeping.lastValidation], [false, 0, null]);
  });
});

Deno.test("Housekeeping lets no snapshot begin while a validation reads, and counts both as running", async () => {
  await withHousekeeping(async (parts) => {
    const { keeping, store, clock, place } = parts;
    await settle(parts);
    keeping.count({ index: 0, offset: 1e6 });
    await clock.advance(HOUR_MS);
    await keeping.ensure(place); // the same WAL as the snapshot's: only the validation is due
    assert(keeping.isRunning);
    const next = place();
    await keeping.ensure(() => ({ ...next, index: 1 }));
    assertEquals(store.passed.putStream, 1);
    await keeping.cancel();
    assertFalse(keeping.isRunning);
    await keeping.ensure(() => ({ ...next, index: 1 }));
    assert(keeping.isRunning, "the snapshot comes next");
  });
});
