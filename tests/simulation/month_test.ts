/** What a month of a small service asks of the bucket, and what that costs. */

import { assertEquals, assertGreater, assertLess, assertLessOrEqual } from "@std/assert";
import { DEFAULT_SETTINGS } from "../../replicate/config.ts";
import { requestDollars, type RequestOperation } from "../../replicate/request_prices.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { assertRestoresEqual } from "../support/page_compare.ts";
import { skipTime } from "../support/pass_time.ts";
import { Engine, withFolder } from "../support/replicator_fixture.ts";
import { S3Server } from "../support/s3_server.ts";
import { impatientClock, storeOn } from "../support/s3_server_store.ts";
import { DAY_MS } from "../support/world.ts";

const DAYS = 30;
const PASTES_A_DAY = 12;
const PASTE_BYTES = 20_000;

/** Amazon's list price for a gigabyte and a month of S3 Standard in us-east-1, in US dollars. */
const DOLLARS_PER_GB_MONTH = 0.023;

const PAUSE_MS = DAY_MS / PASTES_A_DAY;

/** The pace of a service, but for the poll of the WAL, which asks nothing of the bucket: time is to pass quickly. */
const PACE = { ...DEFAULT_SETTINGS, monitorIntervalMs: PAUSE_MS };

type Counts = Record<Exclude<RequestOperation, "HEAD">, number>;

/** Takes the requests since the last call, by how they are priced. */
function takeCounts({ requests }: S3Server): Counts {
  const counts = { PUT: 0, LIST: 0, GET: 0, DELETE: 0 };
  for (const { operation } of requests.splice(0)) {
    if (operation === "ListObjectsV2") counts.LIST++;
    else if (operation === "GetObject") counts.GET++;
    else if (operation.startsWith("Delete")) counts.DELETE++;
    else counts.PUT++; // also what a dearer one would be
  }
  return counts;
}

function dollarsOf(counts: Counts): number {
  return (["PUT", "LIST", "GET", "DELETE"] as const).reduce((sum, of) => sum + requestDollars(of, counts[of]), 0);
}

/** One day: a start on an empty disk, pastes spread over the day, and a clean stop. */
interface Day {
  readonly start: Counts;
  readonly service: Counts;
  readonly stop: Counts;
  /** What lay in the bucket, on average over the day. */
  readonly bytes: number;
}

async function liveDay(server: S3Server, clock: FakeClock, path: string): Promise<Day> {
  const store = storeOn(server, { clock: { ...impatientClock, now: () => clock.now() } });
  await using engine = await Engine.start({ path, stores: [store], clock, settings: PACE, closesLog: true });
  if (engine.eventsOf("nothing-to-restore").length > 0) await engine.fill(0);
  await skipTime(clock, DEFAULT_SETTINGS.syncIntervalMs);
  await engine.synced();
  const start = takeCounts(server);
  let byteSum = 0;
  for (let paste = 0; paste < PASTES_A_DAY; paste++) {
    const restarts = engine.eventsOf("wal-restarted").length;
    await engine.fill(1, PASTE_BYTES);
    await skipTime(clock, PAUSE_MS);
    await engine.happened("wal-restarted", restarts + 1);
    await skipTime(clock, DEFAULT_SETTINGS.syncIntervalMs);
    await engine.synced();
    byteSum += server.objects.keys().reduce((sum, key) => sum + (server.objects.get(key)?.bytes.byteLength ?? 0), 0);
  }
  await engine.synced();
  const service = takeCounts(server);
  assertEquals(await engine.stop(), "synced");
  assertEquals(engine.eventsOf("retention-failed"), []);
  assertEquals(engine.eventsOf("sync-failed"), []);
  const stop = takeCounts(server);
  await assertRestoresEqual(store, path);
  takeCounts(server);
  return { start, service, stop, bytes: byteSum / PASTES_A_DAY };
}

Deno.test("a month of 12 pastes and one deploy a day costs less than $0.02, and these are its requests", async () => {
  await withFolder(async (folder) => {
    const clock = new FakeClock();
    await using server = await S3Server.start({ now: () => clock.now() });
    server.signer = { ...server.signer, skewLimitMs: Infinity }; // time is moved while requests are under way
    const days: Day[] = [];
    for (let day = 0; day < DAYS; day++) days.push(await liveDay(server, clock, `${folder}/${day}.db`));
    for (const [i, day] of days.entries()) {
      // PUT: a probe of two, and the claim. GET: the restore.
      if (i > 0) assertEquals(day.start, { PUT: 3, LIST: 4, GET: 7, DELETE: 1 }, `the start of day ${i}`);
      const all = (of: keyof Counts): number => day.start[of] + day.service[of] + day.stop[of];
      // Each paste, our own small commit after it, a snapshot, and the seal. On the first day also a link and two segments.
      assertEquals(all("PUT"), 3 + 2 * PASTES_A_DAY + 2 + (i === 0 ? 3 : 0), `day ${i}`);
      assertEquals(all("DELETE"), i === 0 ? 1 : 2, `day ${i}`); // the probe; what is too old goes at once
      // A look at the replica is at most two lists and the chain's link: before the first upload after a long pause, as the log may
      // have been taken over, and for what is too old. That one runs beside the rest: a stop may interrupt it.
      const looks = PASTES_A_DAY + (i === 0 ? 2 : 4);
      assertLessOrEqual(all("LIST"), 4 + 2 * looks, `day ${i}`);
      assertLessOrEqual(all("GET"), (i === 0 ? 0 : 7) + looks, `day ${i}`);
    }
    const requestCost = days.flatMap(({ start, service, stop }) => [start, service, stop]).reduce(
      (sum, counts) => sum + dollarsOf(counts),
      0,
    );
    const meanBytes = days.reduce((sum, { bytes }) => sum + bytes, 0) / DAYS;
    assertGreater(meanBytes, DAYS * PASTES_A_DAY * PASTE_BYTES / 2, "the pastes are noise, and stay");
    assertLess(requestCost + meanBytes / 1e9 * DOLLARS_PER_GB_MONTH, 0.02);
  });
});
