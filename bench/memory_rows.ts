/**
 * Resident memory: idle, at its peak, and whether 256 MiB are enough.
 *
 * @module
 */

import { type Bar, figure } from "./figures.ts";
import { fillReplica } from "./filled_replica.ts";
import { withMemoryLimit } from "./memory_limit.ts";
import { newFolder, pool, type Row, type Setting, startService } from "./setting.ts";
import { runLoad } from "./wrk.ts";

const IDLE_BAR: Bar = { is: "<=", value: 120 };

/** The limit under which the service has to work, in MiB. */
const LIMIT_MIB = 256;

/** Uploads of the largest size at once. */
const LARGE = { bytes: 2 * 1024 * 1024, connections: 16 } as const;

/** Deno's own image has it: V8 learns of the limit, and collects garbage in time. */
const AS_IN_THE_IMAGE = { DENO_USE_CGROUPS: "1" };

/** The database that is copied and restored under the limit, in MiB. */
const DATABASE_MIB = 1024;

/** How long an idle service is left alone, in milliseconds. */
const IDLE_MS = 5000;

/** The rows. */
export const MEMORY_ROWS: readonly Row[] = [
  {
    name: "memory-idle",
    what: "A service that has started, and has nothing to do",
    measure: async (setting) => {
      await using service = await startService(setting);
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS * setting.scale));
      const { residentMib } = await readMemory(service.pid);
      return [figure([residentMib], { name: "resident", unit: "MiB", bar: IDLE_BAR })];
    },
  },
  {
    name: "memory-peak",
    what: "A service after 1k and 1m uploads at full load",
    measure: async (setting) => {
      await using service = await startService(setting);
      const file = await pool(setting, "log");
      for (
        const { bytes, connections } of [{ bytes: 1024, connections: 64 }, { bytes: 1024 * 1024, connections: 16 }]
      ) {
        const script = { mode: "put", bytes: `${bytes}`, pool: file };
        await runLoad({ url: service.url, script, connections, seconds: setting.seconds });
      }
      return peakFigures(await readMemory(service.pid));
    },
  },
  {
    name: "memory-256m-uploads",
    what: `${LARGE.connections} uploads of 2m at once, under a limit of ${LIMIT_MIB} MiB`,
    measure: async (setting) => {
      const file = await pool(setting, "noise");
      return await withMemoryLimit(LIMIT_MIB, async (startLimited) => {
        await using service = await startLimited(() => startService(setting, AS_IN_THE_IMAGE));
        const script = { mode: "put", bytes: `${LARGE.bytes}`, pool: file };
        const load = { url: service.url, script, connections: LARGE.connections, seconds: setting.seconds };
        const { perSecond } = await runLoad(load).catch((error: unknown) => {
          throw service.hasEnded ? new Error(`The service did not survive ${LIMIT_MIB} MiB`, { cause: error }) : error;
        });
        return [figure([perSecond], { name: "uploads", unit: "/s" }), ...peakFigures(await readMemory(service.pid))];
      });
    },
  },
  {
    name: "memory-256m-restore",
    what: `Snapshot and restore of ${DATABASE_MIB} MiB, under a limit of ${LIMIT_MIB} MiB`,
    measure: measureRestoreUnderLimit,
  },
];

async function measureRestoreUnderLimit(setting: Setting): ReturnType<Row["measure"]> {
  const { database, url } = await fillReplica(setting, Math.ceil(DATABASE_MIB * setting.scale), "nobody");
  return await withMemoryLimit(LIMIT_MIB, async (startLimited) => {
    const peaks: Memory[] = [];
    for (const path of [database, `${await newFolder(setting)}/store.db`]) {
      await using service = await startLimited(() =>
        startService(setting, { ...AS_IN_THE_IMAGE, DB_PATH: path, DB_REPLICA_URL: url })
      );
      await service.untilSynced({ pauseMs: 50, tries: 12_000 });
      peaks.push(await readMemory(service.pid));
      await service.end("SIGTERM");
    }
    return [
      figure(peaks.slice(0, 1).map(({ peakMib }) => peakMib), { name: "peak of the snapshot", unit: "MiB" }),
      figure(peaks.slice(1).map(({ peakMib }) => peakMib), { name: "peak of the restore", unit: "MiB" }),
    ];
  });
}

/** What the kernel says about a process, in MiB. */
interface Memory {
  readonly residentMib: number;
  readonly peakMib: number;
}

async function readMemory(pid: number): Promise<Memory> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const mib = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
  return { residentMib: mib("VmRSS"), peakMib: mib("VmHWM") };
}

function peakFigures({ residentMib, peakMib }: Memory): ReturnType<typeof figure>[] {
  return [
    figure([residentMib], { name: "resident after it", unit: "MiB" }),
    figure([peakMib], { name: "peak", unit: "MiB" }),
  ];
}
