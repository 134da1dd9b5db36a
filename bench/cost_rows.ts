/**
 * What a paste costs in the WAL and in the bucket: bytes, and requests, which are billed too.
 *
 * @module
 */

import { walk } from "./walk.ts";
import { decodeStream } from "../replicate/lz4/decode_stream.ts";
import { type Bar, figure } from "./figures.ts";
import { newFolder, pool, type Row, type Setting, startService, upload } from "./setting.ts";
import { runLoad } from "./wrk.ts";

const FULL_LOAD_BUCKET_BAR: Bar = { is: "<=", value: 2048 };

/** How many pastes the slow row uploads, one a second. */
const SLOW_PASTES = 60;

/** The rows. */
export const COST_ROWS: readonly Row[] = [
  {
    name: "cost-full-load",
    what: "1k of noise as fast as 64 connections can: what each paste leaves in the replica",
    measure: (setting) =>
      measureCost(setting, FULL_LOAD_BUCKET_BAR, async (url) => {
        const script = { mode: "put", bytes: "1024", pool: await pool(setting, "noise") };
        const { requests } = await runLoad({ url, script, connections: 64, seconds: setting.seconds });
        return requests;
      }),
  },
  {
    name: "cost-slow",
    what: "10k of log text once a second: what each paste leaves in the replica",
    measure: (setting) =>
      measureCost(setting, undefined, async (url) => {
        const text = await Deno.readFile(await pool(setting, "log"));
        const pastes = Math.ceil(SLOW_PASTES * setting.scale);
        for (let paste = 0; paste < pastes; paste++) {
          await upload(url, text.slice(paste * 10_240, (paste + 1) * 10_240));
          await new Promise((resolve) => setTimeout(resolve, 1000));
        }
        return pastes;
      }),
  },
];

async function measureCost(
  setting: Setting,
  bar: Bar | undefined,
  uploadPastes: (url: string) => Promise<number>,
): ReturnType<Row["measure"]> {
  const replica = await newFolder(setting);
  await using service = await startService(setting, { DB_REPLICA_URL: `file://${replica}` });
  const before = await measureSegments(replica);
  const pastes = await uploadPastes(service.url);
  await service.untilSynced();
  const after = await measureSegments(replica);
  const each = (name: keyof Segments) => [(after[name] - before[name]) / pastes];
  return [
    figure(each("walBytes"), { name: "WAL per paste", unit: "bytes" }),
    figure(each("storedBytes"), { name: "bucket per paste", unit: "bytes", bar }),
    figure(each("objects"), { name: "uploads per paste", unit: "requests" }),
  ];
}

/** All segments of a replica together. */
interface Segments {
  /** How many there are; each took one request. */
  objects: number;
  /** Their size as they are stored. */
  storedBytes: number;
  /** Their size in the WAL. */
  walBytes: number;
}

async function measureSegments(replica: string): Promise<Segments> {
  const segments: Segments = { objects: 0, storedBytes: 0, walBytes: 0 };
  for await (const path of walk(replica)) {
    if (!path.endsWith(".wal.lz4")) continue;
    const stored = await Deno.readFile(path);
    segments.objects += 1;
    segments.storedBytes += stored.byteLength;
    for await (const plain of decodeStream([stored])) segments.walBytes += plain.byteLength;
  }
  return segments;
}
