/**
 * From an empty disk to the first answer, and what a page of a long log takes.
 *
 * @module
 */

import { logLines } from "./content.ts";
import { figure } from "./figures.ts";
import { fillReplica } from "./filled_replica.ts";
import { newFolder, type Row, type Setting, startService, upload } from "./setting.ts";
import { ServiceProcess } from "../tests/support/service_process.ts";

/** The database that is restored, in MiB. */
const DATABASE_MIB = 100;

const VIEWER_LINES = 100_000;

/** The rows. */
export const START_ROWS: readonly Row[] = [
  {
    name: "start-empty",
    what: "Start without a database and with an empty replica, until it is ready",
    measure: async (setting) => {
      const times: number[] = [];
      for (let round = 0; round < setting.rounds; round++) {
        const begunAt = performance.now();
        await using _service = await startService(setting);
        times.push(performance.now() - begunAt);
      }
      return [figure(times, { name: "time", unit: "ms" })];
    },
  },
  {
    name: "start-restore-100m",
    what: `Start on an empty disk with ${DATABASE_MIB} MiB in the replica, until it answers with a paste`,
    measure: async (setting) => {
      const { url, paste } = await fillReplica(setting, Math.ceil(DATABASE_MIB * setting.scale), "uploads");
      const env = { DB_REPLICA_URL: url };
      const times: number[] = [];
      for (let round = 0; round < setting.rounds; round++) times.push(await timeFirstAnswer(setting, env, paste));
      return [figure(times, { name: "time", unit: "ms" })];
    },
  },
  {
    name: "viewer-100k-lines",
    what: `A browser's page of a log of ${VIEWER_LINES.toLocaleString("en-US")} lines`,
    measure: measureViewer,
  },
];

async function timeFirstAnswer(
  setting: Setting,
  env: Readonly<Record<string, string>>,
  path: string,
): Promise<number> {
  const begunAt = performance.now();
  await using service = await ServiceProcess.start({ DB_PATH: `${await newFolder(setting)}/store.db`, ...env });
  await service.until("it answers with a paste", async () => {
    const response = await fetch(service.url + path).catch(() => null);
    await response?.body?.cancel();
    return response?.ok ? true : null;
  }, { pauseMs: 5, tries: 60_000 });
  const time = performance.now() - begunAt;
  // By SIGTERM: the next one finds the replica as this one found it, and need not wait for this one's end.
  await service.end("SIGTERM");
  return time;
}

async function measureViewer(setting: Setting): ReturnType<Row["measure"]> {
  await using service = await startService(setting, { MAX_SIZE: "64MiB" });
  const text = logLines(Math.ceil(VIEWER_LINES * setting.scale));
  // Words of the first line that no page changes: neither HTML nor colours stand in them.
  const firstWord = text.slice(0, text.indexOf(" "));
  const path = await upload(service.url, text);
  const firsts: number[] = [];
  const wholes: number[] = [];
  for (let round = 0; round < setting.rounds; round++) {
    const begunAt = performance.now();
    const response = await fetch(service.url + path, { headers: { Accept: "text/html" } });
    let page = "";
    let firstAt: number | null = null;
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      if (firstAt === null) page += chunk;
      if (firstAt === null && page.includes(firstWord)) firstAt = performance.now();
    }
    if (firstAt === null) throw new Error(`Cannot find the first line in the page: "${page.slice(0, 200)}"`);
    firsts.push(firstAt - begunAt);
    wholes.push(performance.now() - begunAt);
  }
  return [
    figure(firsts, { name: "time to the first line", unit: "ms" }),
    figure(wholes, { name: "time to the last", unit: "ms" }),
  ];
}
