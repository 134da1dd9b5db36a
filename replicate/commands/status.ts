/**
 * `replicate status`: how a replica stands, and what the database on this disk is to it.
 *
 * @module
 */

import { countLinks } from "../chain.ts";
import { DEFAULT_SETTINGS } from "../config.ts";
import type { GenerationListing } from "../listing.ts";
import { findLogEnd, type LogEndState } from "../log_end.ts";
import { formatPosition } from "../position.ts";
import { decideResume, type ResumeDecision } from "../resume.ts";
import { StateFile } from "../state_file.ts";
import { WalCursor } from "../wal_cursor.ts";
import { WalFile } from "../wal_file.ts";
import { pathExists } from "../path_exists.ts";
import type { DatabaseSource } from "../litestream/model.ts";
import type { ObjectStore } from "../object_store.ts";
import type { Command } from "./command.ts";
import { CONFIG_FLAGS, JSON_FLAG, REPLICA_FLAG } from "./common_flags.ts";
import { type ListedReplica, printReplicas } from "./listings.ts";
import { cell, type Row, timeCell } from "./table.ts";

/** Shows where replicas stand. */
export const status: Command = {
  name: "status",
  summary: "Shows where a database's replicas stand, or one replica: its newest generation, position, size and age",
  usage: ["[flags] DB", "[flags] URL"],
  description: [
    "The state is what the newest objects say: empty (there are none), no-snapshot (nothing to restore yet), sealed (its " +
    "writer ended and said so, or another one is about to go on), open (its writer runs, or ended without saying so), " +
    "blocked or ended (the generation goes no further).",
    "The chain has a link for each generation that this program has begun, and none under Litestream.",
    "Of a database the table also says what it is to the replica: continues (with the bytes that are not in the replica " +
    "as lag), stale (the replica has newer commits of another writer), new-generation (frames in between are gone: the " +
    "next start begins with a snapshot), absent. Only the WAL is read, so the database may be in use.",
  ],
  flags: [...CONFIG_FLAGS, REPLICA_FLAG, JSON_FLAG],
  run: (shell, flags) =>
    printReplicas(shell, flags, {
      columns: [
        "replica",
        "generation",
        "position",
        "state",
        "chain",
        "database",
        "lag",
        "snapshots",
        "objects",
        "size",
        "updated",
      ],
      rowsOf: async (replica, { database }) => [await rowOf(replica, database)],
    }),
};

async function rowOf({ name, store, listing }: ListedReplica, database: DatabaseSource | null): Promise<Row> {
  const newest = listing.findLast(({ snapshots }) => snapshots.length > 0) ?? listing.at(-1) ?? null;
  const end = newest === null ? null : await describeEnd(store, newest);
  const local = database === null ? null : await compare(store, database);
  const objects = listing.flatMap(({ snapshots, segments }) => [...snapshots, ...segments]);
  return {
    replica: cell(name),
    generation: cell(newest?.generation ?? null),
    position: cell(end?.position ?? null),
    state: cell(end?.state ?? "empty"),
    chain: cell(await countLinks(store)),
    database: cell(local?.relation ?? null),
    lag: cell(local?.lagBytes ?? null),
    snapshots: cell(listing.reduce((sum, { snapshots }) => sum + snapshots.length, 0)),
    objects: cell(objects.length),
    size: cell(objects.reduce((sum, { size }) => sum + size, 0)),
    updated: timeCell(newest?.updatedAtMs ?? null),
  };
}

/** Where a generation ends, for which its last segment has to be read. */
async function describeEnd(
  store: ObjectStore,
  listing: GenerationListing,
): Promise<{ readonly position: string; readonly state: LogEndState | "no-snapshot" }> {
  const end = await findLogEnd(store, listing);
  return { position: formatPosition(end), state: listing.snapshots.length === 0 ? "no-snapshot" : end.state };
}

/** What the database on this disk is to a replica. */
interface Comparison {
  readonly relation: "absent" | "continues" | "stale" | "new-generation";
  readonly lagBytes: number | null;
}

async function compare(store: ObjectStore, { path, metaPath }: DatabaseSource): Promise<Comparison> {
  if (!await pathExists(path)) return { relation: "absent", lagBytes: null };
  const state = await StateFile.open(path, metaPath ?? undefined);
  using walFile = new WalFile(path);
  const decision = await decideResume(store, walFile, state.get(store.url));
  return decision.type === "continue"
    ? { relation: "continues", lagBytes: await measureLag(walFile, decision) }
    : { relation: decision.type === "stale" ? "stale" : "new-generation", lagBytes: null };
}

async function measureLag(
  walFile: WalFile,
  { start }: Extract<ResumeDecision, { type: "continue" }>,
): Promise<number | null> {
  const header = await walFile.readHeader();
  if (header === null) return null;
  const cursor = new WalCursor(walFile, header, { start, runBytesMax: DEFAULT_SETTINGS.segmentBytesMax });
  return await cursor.findEnd() - (start?.offset ?? 0);
}
