/**
 * Those who send pastes to a service and want them back, many at a time.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { zstdDecompressSync } from "node:zlib";
import type { Random } from "./random.ts";
import { openSqlite } from "./sqlite.ts";

/** How a paste is sent. */
export type Way = "put" | "put-named" | "post" | "form";

/** What a service has answered to an upload. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number;
  /** The paste's id; null when there is none. */
  readonly id: string | null;
  /** In how many seconds to come again; null when it does not say. */
  readonly retryAfter: string | null;
  /** What it said. */
  readonly text: string;
}

/** Pastes by their ids. */
export type Pastes = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

const WAYS: readonly Way[] = ["put", "put-named", "post", "form"];

/** What a careless program changes: NUL, both kinds of line ends, blanks at the end, and what is no UTF-8. */
const TRAPS = new Uint8Array([0x00, 0x0d, 0x0a, 0xc3, 0x28, 0xff, 0xfe, 0x0a, 0x0d, 0x20]);

/** The least and the most bytes of {@linkcode makePaste}. */
const PASTE_BYTES = { min: 102, max: 204_800 };

/**
 * Makes a paste: of any order of magnitude alike, text or noise, with the bytes that are easily spoilt.
 *
 * @param random Chance.
 * @param bytesMax The largest.
 * @returns Its bytes.
 */
export function makePaste(random: Random, bytesMax: number = PASTE_BYTES.max): Uint8Array<ArrayBuffer> {
  const count = Math.round(PASTE_BYTES.min * (bytesMax / PASTE_BYTES.min) ** random.next());
  const bytes = random.next() < 0.5 ? random.text(count) : random.bytes(count);
  bytes.set(TRAPS, random.integer(0, count - TRAPS.byteLength));
  return bytes;
}

/**
 * Makes many pastes.
 *
 * @param random Chance.
 * @param count How many.
 * @returns Their bytes.
 */
export function makePastes(random: Random, count: number): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: count }, () => makePaste(random));
}

/**
 * Sends one paste.
 *
 * @param url The service.
 * @param bytes The paste.
 * @param way How.
 * @returns The answer.
 * @throws {TypeError} When there is none.
 */
export async function sendPaste(url: string, bytes: Uint8Array<ArrayBuffer>, way: Way = "put"): Promise<Answer> {
  const response = await fetch(url + (way === "put-named" ? "/a.log" : "/"), {
    method: way.startsWith("put") ? "PUT" : "POST",
    body: way === "form" ? formOf(bytes) : bytes,
  });
  const text = await response.text();
  return {
    status: response.status,
    id: response.ok ? /([0-9A-Za-z]{12})["\n]/.exec(text)?.[1] ?? null : null,
    retryAfter: response.headers.get("retry-after"),
    text,
  };
}

/**
 * Sends pastes over several connections, in all the ways there are.
 *
 * @param url The service.
 * @param pastes The pastes.
 * @param connections How many at a time.
 * @returns The pastes by their ids.
 * @throws {AssertionError} When one is refused.
 */
export async function sendAll(
  url: string,
  pastes: readonly Uint8Array<ArrayBuffer>[],
  connections = 32,
): Promise<Pastes> {
  const stored = new Map<string, Uint8Array<ArrayBuffer>>();
  await atOnce(connections, pastes.entries(), async ([i, bytes]) => {
    const { status, id, text } = await sendPaste(url, bytes, WAYS[i % WAYS.length]);
    assertEquals([status, id !== null], [200, true], text);
    if (id !== null) stored.set(id, bytes);
  });
  assertEquals(stored.size, pastes.length);
  return stored;
}

/**
 * Reads one paste.
 *
 * @param url The service.
 * @param id The paste.
 * @returns The status, and the bytes.
 */
export async function readPaste(url: string, id: string): Promise<{ status: number; bytes: Uint8Array<ArrayBuffer> }> {
  const response = await fetch(`${url}/${id}`);
  return { status: response.status, bytes: await response.bytes() };
}

/**
 * Says that a service has pastes, byte for byte.
 *
 * @param url The service.
 * @param pastes The pastes.
 * @throws {AssertionError} When some are missing or changed.
 */
export async function assertServed(url: string, pastes: Pastes): Promise<void> {
  const lost: string[] = [];
  await atOnce(8, pastes, async ([id, sent]) => {
    const { status, bytes } = await readPaste(url, id);
    if (status !== 200 || !isEqual(bytes, sent)) lost.push(`${id} (${status})`);
  });
  assertEquals(lost, [], `${lost.length} of ${pastes.size} are missing or changed`);
}

/**
 * Says that a database is sound, and has pastes, byte for byte.
 *
 * @param path The database; no process has it open.
 * @param pastes The pastes.
 * @throws {AssertionError} When it is damaged, or some are missing or changed.
 */
export function assertStored(path: string, pastes: Pastes): void {
  using database = openSqlite(path);
  assertEquals(database.value("PRAGMA integrity_check"), "ok");
  const rows = new Map(database.all("SELECT id, contents, coding FROM entries").map((row) => [row["id"], row]));
  const lost = [...pastes].filter(([id, sent]) => {
    const { contents, coding } = rows.get(id) ?? {};
    if (!(contents instanceof ArrayBuffer)) return true;
    const stored = new Uint8Array(contents);
    return !isEqual(coding === "zstd" ? zstdDecompressSync(stored) : stored, sent);
  });
  assertEquals(lost.map(([id]) => id), [], `${lost.length} of ${pastes.size} are missing or changed`);
}

/** Options of {@linkcode Load}. */
export interface LoadOptions {
  /** How many send at a time. Default: 8. */
  readonly connections?: number;
  /** The largest paste in bytes. Default: 60,000. */
  readonly bytesMax?: number;
}

/** Senders that go on until they are told to stop, whatever they are answered. */
export class Load {
  /** The pastes that were answered with 200. */
  readonly answered = new Map<string, Uint8Array<ArrayBuffer>>();
  /** How often which other status was answered; 0 for no answer at all. */
  readonly refused = new Map<number, number>();
  readonly #senders: Promise<void>;
  #isStopped = false;

  /**
   * Begins to send.
   *
   * @param url The service.
   * @param random Chance.
   * @param options How many at a time, and how large.
   */
  constructor(url: string, random: Random, { connections = 8, bytesMax = 60_000 }: LoadOptions = {}) {
    const pastes = Array.from({ length: 64 }, () => makePaste(random, bytesMax));
    const sender = async (): Promise<void> => {
      while (!this.#isStopped) await this.#sendOne(url, random.pick(pastes), random.pick(WAYS));
    };
    this.#senders = Promise.all(Array.from({ length: connections }, sender)).then(() => undefined);
  }

  /** Stops sending, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#senders;
  }

  async #sendOne(url: string, bytes: Uint8Array<ArrayBuffer>, way: Way): Promise<void> {
    const { status, id } = await sendPaste(url, bytes, way).catch(() => ({ status: 0, id: null }));
    if (status === 200 && id !== null) this.answered.set(id, bytes);
    else this.refused.set(status, (this.refused.get(status) ?? 0) + 1);
    if (status !== 200 && !this.#isStopped) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function formOf(bytes: Uint8Array<ArrayBuffer>): FormData {
  const form = new FormData();
  form.append("_", new File([bytes], "a.log"));
  return form;
}

async function atOnce<T>(count: number, items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  await Promise.all(Array.from({ length: count }, async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value);
  }));
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && one.every((byte, i) => byte === other[i]);
}
