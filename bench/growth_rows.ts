/**
 * Whether a database of many pastes is slower than one of few.
 *
 * @module
 */

import { noise } from "./content.ts";
import { figure } from "./figures.ts";
import { newFolder, pool, type Row, startService, upload } from "./setting.ts";
import { runLoad } from "./wrk.ts";

/** How many pastes there are at the start, and in the end. */
const FEW = 1_000;
const MANY = 1_000_000;

/** How long one fill lasts until the pastes are counted, in seconds. */
const FILL_SECONDS = 10;

const CONNECTIONS = 64;

/** The rows. */
export const GROWTH_ROWS: readonly Row[] = [{
  name: "growth",
  what: `PUT and GET of 1k of noise at ${FEW} pastes and at ${MANY}`,
  measure: async (setting) => {
    await using service = await startService(setting);
    const put = { mode: "put", bytes: "1024", pool: await pool(setting, "noise") };
    const { url } = service;
    let pastes = 0;
    const load = async (seconds: number) => {
      const result = await runLoad({ url, script: put, connections: CONNECTIONS, seconds });
      pastes += result.requests;
      return result.perSecond;
    };
    const read = async () => {
      const paths = `${await newFolder(setting)}/paths`;
      await Deno.writeTextFile(paths, await upload(url, noise(1024)));
      const script = { mode: "get", paths };
      return (await runLoad({ url, script, connections: CONNECTIONS, seconds: setting.seconds })).perSecond;
    };

    while (pastes < FEW) await load(1);
    const few = { put: await load(setting.seconds), get: await read() };
    while (pastes < MANY * setting.scale) await load(Math.ceil(FILL_SECONDS * setting.scale));
    const many = { put: await load(setting.seconds), get: await read() };
    return [
      figure([pastes], { name: "pastes in the end" }),
      figure([many.put / few.put], { name: "PUT at many ÷ at few" }),
      figure([many.get / few.get], { name: "GET at many ÷ at few" }),
    ];
  },
}];
