/**
 * Replicas that a real Litestream v0.3 wrote; `tests/fixtures/litestream-v0.3/README.md` tells how.
 *
 * @module
 */

import { parseObjectKey } from "../../replicate/object_key.ts";
import { ReplicaFolder, sha256 } from "./replica_builder.ts";
import { openSqlite } from "./sqlite.ts";

const FIXTURES = new URL("../fixtures/litestream-v0.3/", import.meta.url);

/** The fixtures' names. */
export const FIXTURE_NAMES = ["p4096", "p512", "two-generations"] as const;

/** A fixture's name. */
export type FixtureName = typeof FIXTURE_NAMES[number];

/** An object of a fixture, as `objects.json` has it. */
export interface FixtureObject {
  /** The key. */
  readonly path: string;
  /** Stored size in bytes. */
  readonly size: number;
  /** When Litestream wrote it, in milliseconds since 1970: version control loses that. */
  readonly mtime_ms: number;
}

/** What a restored fixture must be, as `meta.json` has it. */
export interface FixtureMeta {
  /** Size of a page in bytes. */
  readonly page_size: number;
  /** How many rows there are in the table `entries`. */
  readonly rows: number;
  /** The digest of these rows. */
  readonly rows_sha256: string;
  /** The digest of the file that Litestream itself restores. */
  readonly db_sha256: string;
}

/** Reads what a restored fixture must be. */
export async function readFixtureMeta(name: FixtureName): Promise<FixtureMeta> {
  return JSON.parse(await Deno.readTextFile(new URL(`${name}/meta.json`, FIXTURES)));
}

/** Reads the list of a fixture's objects. */
export async function readFixtureObjects(name: FixtureName): Promise<FixtureObject[]> {
  return JSON.parse(await Deno.readTextFile(new URL(`${name}/objects.json`, FIXTURES)));
}

/** Reads one object of a fixture. */
export async function readFixtureObject(name: FixtureName, key: string): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(new URL(`${name}/replica/${key}`, FIXTURES));
}

/**
 * Copies a fixture to a temporary folder, and gives the objects their times back.
 *
 * @param name The fixture.
 * @returns The copy, open to damage.
 */
export async function copyFixture(name: FixtureName): Promise<ReplicaFolder> {
  const replica = await ReplicaFolder.create();
  for (const { path, mtime_ms } of await readFixtureObjects(name)) {
    await replica.put(path, await readFixtureObject(name, path), mtime_ms);
  }
  return replica;
}

/** A segment of a fixture, and how it stands among its neighbours. */
export interface FixtureSegment {
  /** The key. */
  readonly key: string;
  /** The WAL's ordinal. */
  readonly index: number;
  /** Where the bytes belong in the WAL. */
  readonly offset: number;
  /** Whether it is the last of its WAL. */
  readonly isLastOfIndex: boolean;
  /** Whether it is the last of all. */
  readonly isLast: boolean;
}

/** The segments of a fixture that has one generation, in order. */
export async function readFixtureSegments(name: "p4096" | "p512"): Promise<FixtureSegment[]> {
  const segments = (await readFixtureObjects(name)).flatMap(({ path }) => {
    const key = parseObjectKey(path);
    return key?.type === "segment" ? [{ ...key, key: path }] : [];
  });
  return segments.map(({ key, index, offset }, i) => ({
    key,
    index,
    offset,
    isLastOfIndex: segments[i + 1]?.index !== index,
    isLast: i === segments.length - 1,
  }));
}

/** What SQLite says of a restored fixture: to be compared with {@linkcode FixtureMeta}. */
export function inspectDatabase(path: string): Omit<FixtureMeta, "db_sha256"> & { readonly integrity: unknown } {
  using sqlite = openSqlite(path);
  const rows = sqlite.all("SELECT id, creation_time, contents FROM entries ORDER BY id").map(Object.values);
  return {
    page_size: Number(sqlite.value("PRAGMA page_size")),
    rows: rows.length,
    rows_sha256: sha256(JSON.stringify(rows)),
    integrity: sqlite.value("PRAGMA integrity_check"),
  };
}
