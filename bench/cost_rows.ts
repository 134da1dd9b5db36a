/**
 * What a paste costs in the WAL and in the bucket: bytes, and requests, which are billed too.
 *
 * @module
 */

import { walk } from "./walk.ts";
import { decodeStream } from "../replicate/lz4/decode_stream.ts";
import { type Bar, figure } from "./figures.ts";
import { newFolder, pool, type Row, type Setting, startService, upload } from "./setting.ts";
import { plainSegmentBytes } from "./plain_wal.ts";
import { runLoad } from "./wrk.ts";

const FULL_LOAD_BUCKET_BAR: Bar = { is: "<=", value: 2048 };
const PLAIN_RATIO_BAR: Bar = { is: "<=", value: 0.5 };

/** How many pastes the slow row uploads, one a second, and how large they are. */
const SLOW_PASTES = 60;
const SLOW_BYTES = 10_240;

/** What a paste leaves in the replica. */
const BUCKET = "bucket per paste";

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
    measure: async (setting) => {
      const text = await Deno.readFile(await pool(setting, "log"));
      const pastes = Array.from(
        { length: Math.ceil(SLOW_PASTES * setting.scale) },
        (_, paste) => text.slice(paste * SLOW_BYTES, (paste + 1) * SLOW_BYTES),
      );
      const cost = await measureCost(setting, undefined, async (url) => {
        for (const paste of pastes) {
          await upload(url, paste);
          await new Promise((resolve) => setTimeout(resolve, 1000));
        }
        return pastes.length;
      });
      const plain = await plainSegmentBytes(`${await newFolder(setting)}/plain.db`, pastes) / pastes.length;
      const ours = cost.find(({ name }) => name === BUCKET)?.median ?? NaN;
      return [
        ...cost,
        figure([plain], { name: "LogPaste and Litestream", unit: "bytes" }),
        figure([ours / plain], { name: "ours ÷ theirs", bar: PLAIN_RATIO_BAR }),
      ];
    },
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
    figure(each("storedBytes"), { name: BUCKET, unit: "bytes", bar }),
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
