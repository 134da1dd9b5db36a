/**
 * The thread of an application that writes as fast as it can.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import Database from "libsql";
import { type Random, seededRandom } from "./random.ts";
import type { FromWriter, Shrinking, ToWriter } from "./writer.ts";

/** Commits between two looks at the messages. */
const BATCH = 16;

type Connection = InstanceType<typeof Database>;

let isStopping = false;

function send(message: FromWriter): void {
  self.postMessage(message);
}

function open({ path, walAutocheckpoint }: Extract<ToWriter, { type: "start" }>): Connection {
  const connection = new Database(path);
  connection.exec("PRAGMA busy_timeout = 30000");
  connection.exec("PRAGMA journal_mode = WAL");
  connection.exec(`PRAGMA wal_autocheckpoint = ${walAutocheckpoint}`);
  connection.exec("PRAGMA synchronous = FULL");
  connection.exec("CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, writer INTEGER, body BLOB)");
  connection.exec("CREATE INDEX IF NOT EXISTS entry_by_writer ON entry (writer, id)");
  return connection;
}

function writeOnce(connection: Connection, random: Random, bytesMax: number): void {
  const size = random.next() < 0.05 ? random.integer(0, 8 * bytesMax) : random.integer(0, bytesMax);
  const anyRow = "(SELECT 1 + abs(random()) % (SELECT max(id) FROM entry))";
  const kind = random.next();
  if (kind < 0.5) {
    connection.prepare("INSERT INTO entry (writer, body) VALUES (?, randomblob(?))").run(random.seed, size);
  } else if (kind < 0.85) connection.prepare(`UPDATE entry SET body = randomblob(?) WHERE id = ${anyRow}`).run(size);
  else connection.exec(`DELETE FROM entry WHERE id = ${anyRow}`);
}

/** How many rows there are before most of them go. */
const ROWS_MANY = 300;

function shrink(connection: Connection, shrinking: Shrinking): void {
  if (shrinking === "never") return;
  const [count] = connection.prepare("SELECT count(*) FROM entry").raw().get() as number[];
  if ((count ?? 0) < ROWS_MANY) return;
  connection.exec("DELETE FROM entry WHERE id % 10 > 0");
  if (shrinking === "vacuum") connection.exec("VACUUM");
  if (shrinking === "incremental") connection.prepare("PRAGMA incremental_vacuum(7)").all();
}

async function run(options: Extract<ToWriter, { type: "start" }>): Promise<void> {
  const connection = open(options);
  const random = seededRandom(options.seed);
  let commits = 0;
  while (!isStopping) {
    for (let i = 0; i < BATCH; i++) writeOnce(connection, random, options.bodyBytesMax);
    commits += BATCH;
    shrink(connection, options.shrinking);
    send({ type: "committed" });
    await new Promise((resolve) => setTimeout(resolve, 0)); // else no message would ever be read
  }
  connection.close();
  send({ type: "stopped", commits });
}

self.addEventListener("message", ({ data }: MessageEvent<ToWriter>) => {
  if (data.type === "stop") isStopping = true;
  else run(data).catch((error) => send({ type: "failed", message: String(error) }));
});
