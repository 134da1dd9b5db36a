/** A replica in which one object is not what was written: a restore refuses it and names the object. */

import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { equals } from "@std/bytes/equals";
import { ReplicateError } from "../../replicate/errors.ts";
import { parseObjectKey } from "../../replicate/object_key.ts";
import { decodeObject } from "../../replicate/replica.ts";
import { restore } from "../../replicate/restore.ts";
import { LATEST } from "../../replicate/restore_plan.ts";
import { pathExists } from "../../replicate/path_exists.ts";
import { seededRandom, withRandom } from "../support/random.ts";
import { Engine, folderStore, withFolder } from "../support/replicator_fixture.ts";
import { impatientClock } from "../support/s3_server_store.ts";
import { effort } from "../support/torture.ts";

/** How many bits of each object are flipped beside those of its first and last bytes. */
const BITS = effort({ short: 12, long: 2_000 });

/** So many bytes at both ends are altered one by one: the frame's header, its end mark and its checksum. */
const EDGE_BYTES = 12;

/** Writes a replica of some WALs, with more than one segment in each. */
async function makeReplica(folder: string): Promise<string[]> {
  await using engine = await Engine.start({
    path: `${folder}/app.db`,
    stores: [folderStore(`${folder}/replica`)],
    settings: { minCheckpointPageCount: 20 },
  });
  while (engine.eventsOf("wal-restarted").length < 4) {
    await engine.fill(2, 3_000);
    await engine.synced();
  }
  await engine.fill(1, 3_000);
  assertEquals(await engine.stop(), "synced");
  const objects = await Array.fromAsync(folderStore(`${folder}/replica`).list("generations/"));
  return objects.map(({ key }) => key).filter((key) => parseObjectKey(key) !== null).sort();
}

/** Restores the replica, and gives the database's bytes. */
async function restoredBytes(folder: string): Promise<Uint8Array> {
  const outputPath = `${folder}/restored.db`;
  await restore(folderStore(`${folder}/replica`), {
    outputPath,
    target: LATEST,
    clock: impatientClock,
    random: seededRandom(1).next,
  });
  const bytes = await Deno.readFile(outputPath);
  await Deno.remove(outputPath);
  return bytes;
}

/** Says that a restore fails, names one of some objects, and leaves nothing. */
async function assertRefused(folder: string, named: readonly string[], what: string): Promise<void> {
  const error = await assertRejects(() => restoredBytes(folder), ReplicateError, "", what);
  assert(named.some((key) => error.message.includes(key)), `${what}: ${error.message}`);
  assert(!await pathExists(`${folder}/restored.db`), what);
}

/**
 * What an object holds, or null when it is damaged. LZ4 can say one thing in many ways: within a run of zeros, a match
 * that is four bytes back copies what a match one byte back would. A flipped bit may lead from one to the other.
 */
async function contentOf(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array | null> {
  try {
    return await new Response(decodeObject(key, new Blob([bytes]).stream())).bytes();
  } catch {
    return null; // damaged: the restore below has to say so
  }
}

Deno.test("corrupted or missing object: one bit that is flipped anywhere is found, the object is named, and nothing is restored, unless it changes nothing", async () => {
  await withRandom(async (random) => {
    await withFolder(async (folder) => {
      const keys = await makeReplica(folder);
      assertGreater(keys.length, 8);
      const sound = await restoredBytes(folder);
      for (const key of keys) {
        const path = `${folder}/replica/${key}`;
        const bytes = await Deno.readFile(path);
        const soundContent = await contentOf(key, bytes);
        assert(soundContent !== null, key);
        const edges = Array.from({ length: EDGE_BYTES }, (_, i) => [i, bytes.byteLength - 1 - i]).flat();
        const others = Array.from({ length: BITS }, () => random.integer(0, bytes.byteLength - 1));
        for (const at of new Set([...edges, ...others])) {
          const altered = bytes.slice();
          altered[at] = (altered[at] ?? 0) ^ 1 << random.integer(0, 7);
          await Deno.writeFile(path, altered);
          const what = `byte ${at} of ${bytes.byteLength} of ${key}`;
          const content = await contentOf(key, altered);
          if (content === null || !equals(content, soundContent)) await assertRefused(folder, [key], what);
          else assert(equals(await restoredBytes(folder), sound), what);
        }
        await Deno.writeFile(path, bytes);
      }
    });
  });
});

Deno.test("corrupted or missing object: one that is cut short, doubled, empty, or another's is found and named", async () => {
  await withRandom(async (random) => {
    await withFolder(async (folder) => {
      const keys = await makeReplica(folder);
      for (const key of keys) {
        const path = `${folder}/replica/${key}`;
        const bytes = await Deno.readFile(path);
        const other = await Deno.readFile(`${folder}/replica/${random.pick(keys.filter((each) => each !== key))}`);
        const changes = {
          "cut short": bytes.slice(0, random.integer(1, bytes.byteLength - 1)),
          "doubled": new Uint8Array([...bytes, ...bytes]),
          "empty": new Uint8Array(),
          "another's": other,
        };
        for (const [what, altered] of Object.entries(changes)) {
          await Deno.writeFile(path, altered);
          // A segment of another WAL may be sound by itself; then it is the next one that does not continue it.
          await assertRefused(folder, what === "another's" ? keys : [key], `${key} is ${what}`);
        }
        await Deno.writeFile(path, bytes);
      }
    });
  });
});

// The last segments of a WAL may be missing without a sign; see "What a restore can and cannot notice" in the design.
Deno.test("corrupted or missing object: a missing one is named, unless it is the last one of its WAL", async () => {
  await withFolder(async (folder) => {
    const keys = await makeReplica(folder);
    const walOf = (key: string | undefined): string | undefined => key?.slice(0, key.indexOf("_"));
    for (const [i, key] of keys.entries()) {
      if (!key.includes("/wal/") || walOf(keys[i + 1]) !== walOf(key)) continue;
      const path = `${folder}/replica/${key}`;
      await Deno.rename(path, `${folder}/aside`);
      await assertRefused(folder, [key], `${key} is missing`);
      await Deno.rename(`${folder}/aside`, path);
    }
  });
});
