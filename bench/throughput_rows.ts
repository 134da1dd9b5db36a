/**
 * Uploads and reads, in turns with the empty handler, and with a peer if there is one.
 *
 * @module
 */

import type { Bar } from "./figures.ts";
import type { Content } from "./content.ts";
import { type Contestant, contestFigures, takeTurns } from "./contest.ts";
import { startEmptyHandler } from "./empty_handler_process.ts";
import { newFolder, pool, type Row, type Setting, startService, upload } from "./setting.ts";

/** Sizes by their names, with the connections that send them. */
const SIZES = {
  "1k": { bytes: 1024, connections: 64 },
  "100k": { bytes: 100 * 1024, connections: 64 },
  "1m": { bytes: 1024 * 1024, connections: 16 },
} as const;

/** How many pastes are read: few, for this is about those that everybody reads. */
const HOT_PASTES = 16;

const PUT_BARS: Readonly<Record<string, Bar>> = {
  "put-1k-noise": { is: ">=", value: 0.42 },
  "put-1k-log": { is: ">=", value: 0.42 },
  "put-1m-log": { is: ">=", value: 0.34 },
};
const GET_1K_BAR: Bar = { is: ">=", value: 0.9 };
const GET_1M_STORED_BAR: Bar = { is: ">=", value: 3000 };

type Size = keyof typeof SIZES;

const sizes = Object.keys(SIZES) as Size[];
const contents: readonly Content[] = ["log", "noise"];

/** The rows. */
export const THROUGHPUT_ROWS: readonly Row[] = [
  ...sizes.flatMap((size) => contents.map((content) => putRow(size, content))),
  ...sizes.flatMap((size) => contents.map((content) => getRow(size, content))),
  storedCodingRow(),
  mixedRow(),
];

function putRow(size: Size, content: Content): Row {
  const { bytes, connections } = SIZES[size];
  const name = `put-${size}-${content}`;
  return {
    name,
    what: `PUT of ${size} of ${content}, ${connections} connections, an fsync for each commit, replication on`,
    measure: async (setting) => {
      await using service = await startService(setting);
      await using empty = await startEmptyHandler();
      const script = { mode: "put", bytes: `${bytes}`, pool: await pool(setting, content) };
      const results = await takeTurns(
        setting,
        contestants(setting, { service: service.url, empty: empty.url }).map(({ name, url }) => ({
          name,
          load: { url, script, connections },
        })),
      );
      return contestFigures(results, { ratio: PUT_BARS[name] });
    },
  };
}

function getRow(size: Size, content: Content): Row {
  const { bytes, connections } = SIZES[size];
  return {
    name: `get-${size}-${content}`,
    what: `GET of ${size} of ${content}, ${HOT_PASTES} pastes, ${connections} connections`,
    measure: async (setting) => {
      await using service = await startService(setting);
      await using empty = await startEmptyHandler();
      const file = await pool(setting, content);
      const urls = contestants(setting, { service: service.url, empty: empty.url });
      const readers = await Promise.all(urls.map(async ({ name, url }): Promise<Contestant> => {
        const paths = name === "empty handler" ? [`/${bytes}`] : await uploadHot(url, file, bytes);
        return { name, load: { url, connections, script: { mode: "get", paths: await writePaths(setting, paths) } } };
      }));
      return contestFigures(
        await takeTurns(setting, readers),
        size === "1k" ? { ratio: GET_1K_BAR } : {},
      );
    },
  };
}

function storedCodingRow(): Row {
  const { bytes, connections } = SIZES["1m"];
  return {
    name: "get-1m-stored",
    what: `GET of 1m of log text in the coding that it is stored in, ${connections} connections`,
    measure: async (setting) => {
      await using service = await startService(setting);
      const paths = await uploadHot(service.url, await pool(setting, "log"), bytes);
      const script = { mode: "get", accept: "zstd, br, gzip", paths: await writePaths(setting, paths) };
      const load = { url: service.url, connections, script };
      return contestFigures(await takeTurns(setting, [{ name: "service", load }]), { rate: GET_1M_STORED_BAR });
    },
  };
}

function mixedRow(): Row {
  const { bytes, connections } = SIZES["1k"];
  return {
    name: "mixed-1k",
    what: `19 GETs and a PUT of 1k of noise, ${connections} connections`,
    measure: async (setting) => {
      await using service = await startService(setting);
      await using empty = await startEmptyHandler();
      const file = await pool(setting, "noise");
      const urls = contestants(setting, { service: service.url, empty: empty.url });
      const all = await Promise.all(urls.map(async ({ name, url }): Promise<Contestant> => {
        const paths = name === "empty handler" ? [`/${bytes}`] : await uploadHot(url, file, bytes);
        const script = { mode: "mixed", bytes: `${bytes}`, pool: file, paths: await writePaths(setting, paths) };
        return { name, load: { url, connections, script } };
      }));
      return contestFigures(await takeTurns(setting, all));
    },
  };
}

/** Who takes turns: the service comes first, for it is the one that is judged. */
function contestants({ peer }: Setting, urls: { service: string; empty: string }): { name: string; url: string }[] {
  return [
    { name: "service", url: urls.service },
    { name: "empty handler", url: urls.empty },
    ...(peer === null ? [] : [{ name: "peer", url: peer }]),
  ];
}

/** Uploads slices of a file, no two alike. */
async function uploadHot(url: string, file: string, bytes: number): Promise<string[]> {
  const content = await Deno.readFile(file);
  const paths: string[] = [];
  for (let count = 0; count < HOT_PASTES; count++) {
    const offset = count * Math.floor((content.byteLength - bytes) / HOT_PASTES);
    paths.push(await upload(url, content.slice(offset, offset + bytes)));
  }
  return paths;
}

async function writePaths(setting: Setting, paths: readonly string[]): Promise<string> {
  const file = `${await newFolder(setting)}/paths`;
  await Deno.writeTextFile(file, paths.join("\n"));
  return file;
}
