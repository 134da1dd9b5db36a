/**
 * What replication costs, what it costs to wait for it, and how far behind it is.
 *
 * @module
 */

import { type Bar, figure, quantile } from "./figures.ts";
import { noise } from "./content.ts";
import { contestFigures, takeTurns } from "./contest.ts";
import { type Bucket, openBucket, pool, type Row, type Setting, startService, upload } from "./setting.ts";

/** An upload's size and its connections. */
const BYTES = 1024;
const CONNECTIONS = 64;

const ON_OFF_BAR: Bar = { is: ">=", value: 0.9 };
const DURABLE_RATE_BAR: Bar = { is: ">=", value: 1000 };
const DURABLE_TRIPS_BAR: Bar = { is: "<=", value: 2.5 };
const LAG_TRIPS_BAR: Bar = { is: "<=", value: 1.5 };

/** The added latency at which `DURABILITY=replica` is judged, in milliseconds. */
const JUDGED_DELAY_MS = 50;

/** How many lone pastes are watched. */
const LONE_PASTES = 100;

/** Longer than the interval between uploads, 1 s: each paste is alone. */
const LONE_PAUSE_MS = 1300;

/** The rows. */
export const REPLICATION_ROWS: readonly Row[] = [
  {
    name: "replication-folder",
    what: "PUT of 1k of noise with a folder as replica, and without replication",
    measure: (setting) => onAgainstOff(setting, {}),
  },
  {
    name: "replication-s3",
    what: "PUT of 1k of noise with an S3 server as replica, and without replication",
    measure: async (setting) => {
      await using bucket = await openBucket(0);
      return await onAgainstOff(setting, bucket.env);
    },
  },
  ...[0, 20, JUDGED_DELAY_MS].map(durableRow),
  ...[0, JUDGED_DELAY_MS].map(lagRow),
];

async function onAgainstOff(setting: Setting, env: Readonly<Record<string, string>>): ReturnType<Row["measure"]> {
  await using on = await startService(setting, env);
  await using off = await startService(setting, { DB_REPLICA_URL: "none" });
  const script = { mode: "put", bytes: `${BYTES}`, pool: await pool(setting, "noise") };
  const results = await takeTurns(setting, [
    { name: "on", load: { url: on.url, script, connections: CONNECTIONS } },
    { name: "off", load: { url: off.url, script, connections: CONNECTIONS } },
  ]);
  return contestFigures(results, { ratio: ON_OFF_BAR });
}

function durableRow(delayMs: number): Row {
  return {
    name: `durable-${delayMs}ms`,
    what: `PUT of 1k of noise, answered when it is in a bucket that is ${delayMs} ms further away`,
    measure: async (setting) => {
      await using bucket = await openBucket(delayMs);
      await using service = await startService(setting, { ...bucket.env, DURABILITY: "replica" });
      const script = { mode: "put", bytes: `${BYTES}`, pool: await pool(setting, "noise") };
      const trip = await roundTrip(bucket);
      const results = await takeTurns(setting, [
        { name: "service", load: { url: service.url, script, connections: CONNECTIONS } },
      ]);
      const judged = delayMs === JUDGED_DELAY_MS;
      const times = results[0]?.turns.map(({ p50Ms }) => p50Ms) ?? [];
      return [
        ...contestFigures(results, judged ? { rate: DURABLE_RATE_BAR } : {}),
        figure(times, { name: "p50", unit: "ms" }),
        figure(times.map((ms) => ms / trip), {
          name: "p50 in round trips",
          bar: judged ? DURABLE_TRIPS_BAR : undefined,
        }),
      ];
    },
  };
}

function lagRow(delayMs: number): Row {
  return {
    name: `lag-${delayMs}ms`,
    what:
      `A lone paste's way into a bucket that is ${delayMs} ms further away: from its answer until the bucket has it`,
    measure: async (setting) => {
      await using bucket = await openBucket(delayMs);
      await using service = await startService(setting, bucket.env);
      const trip = await roundTrip(bucket);
      const lags: number[] = [];
      for (let count = 0; count < Math.max(3, LONE_PASTES * setting.scale); count++) {
        await new Promise((resolve) => setTimeout(resolve, LONE_PAUSE_MS));
        const before = bucket.proxy.requests.length;
        await upload(service.url, noise(BYTES));
        const answeredAtMs = performance.now();
        const put = await service.until("the paste is in the bucket", () => {
          const puts = bucket.proxy.requests.slice(before).filter(({ method }) => method === "PUT");
          return puts.find(({ path }) => path.includes("/wal/")) ?? null;
        }, { pauseMs: 2, tries: 5000 });
        // An upload that was faster than the paste's own answer counts as none.
        lags.push(Math.max(0, put.answeredAtMs - answeredAtMs));
      }
      const bar = delayMs === JUDGED_DELAY_MS ? LAG_TRIPS_BAR : undefined;
      return [
        figure(lags, { name: "lag", unit: "ms" }),
        figure([quantile(lags.toSorted((a, b) => a - b), 0.99)], { name: "lag, 99 of 100", unit: "ms" }),
        figure(lags.map((ms) => ms / trip), { name: "lag in round trips", bar }),
      ];
    },
  };
}

/** What one small request takes: one that the server refuses at once, for it is not signed. In milliseconds. */
async function roundTrip(bucket: Bucket): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 21; count++) {
    const begunAt = performance.now();
    await (await fetch(`${bucket.proxy.endpoint}/${crypto.randomUUID()}/x`)).body?.cancel();
    times.push(performance.now() - begunAt);
  }
  return figure(times.slice(1), { name: "round trip" }).median;
}
