/**
 * Thousands of requests that nobody in their right mind would send: whatever comes, the answer is a status that the
 * contract knows, and never another paste's bytes.
 */

import { assert, assertEquals } from "@std/assert";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { type Random, withRandom } from "../support/random.ts";
import { bytesOf, join, TestApp } from "./support.ts";

const ROUNDS = 4_000;

/** What creating may answer, and what reading may. */
const CREATE_STATUSES: readonly number[] = [200, 303, 400, 404, 413, 415];
const READ_STATUSES: readonly number[] = [200, 206, 304, 400, 404, 406, 416];

const HEADER_VALUES = [
  ...[
    "",
    ",",
    "*",
    "identity",
    "gzip",
    "zstd",
    "br",
    "deflate",
    "gzip, zstd",
    "zstd;q=0",
    "identity;q=0",
    "*;q=0",
    "x-gzip",
  ],
  ...[
    "bytes=0-1",
    "bytes=-1",
    "bytes=5-",
    "bytes=-",
    "bytes=9-2",
    "bytes=0-0,2-3",
    "bytes=99999999999999999999-",
    "lines=1",
  ],
  ...['"x"', 'W/"', '"', "1h", "0s", "never", "-1h", "99999w", "1", "maybe", "text/html", "application/json"],
  ...[
    "multipart/form-data",
    "multipart/form-data; boundary=X",
    'multipart/form-data; boundary="',
    "text/plain; x=\u00ff",
  ],
];

const READ_HEADERS = ["Range", "If-Range", "If-None-Match", "Accept-Encoding", "Accept", "User-Agent"];
const CREATE_HEADERS = ["Content-Encoding", "Content-Type", "Expires-In", "X-Burn", "Accept"];
const QUERIES = [
  "",
  "?",
  "?expire=1h",
  "?expire=%00",
  "?burn",
  "?burn=1",
  "?name=%ff%fe",
  "?expire=1h&expire=x",
  "?%",
  "?=",
];

function someHeaders(random: Random, names: readonly string[]): Headers {
  const headers = new Headers();
  for (const name of names) {
    if (random.next() < 0.4) headers.set(name, random.pick(HEADER_VALUES));
  }
  return headers;
}

/** Pieces of forms in any order, whole or cut. */
function formLike(random: Random): Uint8Array<ArrayBuffer> {
  const pieces = [
    ...["--X", "--X--", "\r\n", "\r\n\r\n", "\r", "\n", "--", "--Y", "text", "1h", "\0", "\u00ff", " \t"],
    ...['Content-Disposition: form-data; name="_"', 'Content-Disposition: form-data; name="expire"'],
    ...[
      'Content-Disposition: form-data; name="burn"; filename="x"',
      'content-disposition:;;;name=;filename="\\"',
      "a: b",
    ],
  ];
  const orderly = ["--X\r\n", random.pick(pieces), "\r\n\r\n", random.pick(pieces), "\r\n--X--\r\n"];
  const count = random.integer(0, 12);
  return join(...(random.next() < 0.5 ? orderly : Array.from({ length: count }, () => random.pick(pieces))));
}

function someBody(random: Random): Uint8Array<ArrayBuffer> {
  const plain = random.next() < 0.5 ? random.text(random.integer(0, 1_500)) : random.bytes(random.integer(0, 300));
  const encode = random.pick([gzipSync, deflateSync, zstdCompressSync, (bytes: Uint8Array) => bytes, null]);
  const body = encode === null ? formLike(random) : Uint8Array.from(encode(plain));
  if (random.next() < 0.3 && body.byteLength > 0) body[random.integer(0, body.byteLength - 1)] = random.integer(0, 255);
  return random.next() < 0.2 ? body.subarray(0, random.integer(0, body.byteLength)) : body;
}

function somePath(random: Random, ids: readonly string[]): string {
  const id = random.pick([
    ...ids,
    ...ids,
    ...ids,
    "000000000000",
    "aB3dE6gH",
    "x",
    "%00",
    "..",
    "%2e%2e",
    "static",
    "ü",
    "%",
  ]);
  return `/${id}${
    random.pick([
      "",
      "",
      "",
      "/",
      "/raw",
      "/raw/",
      "/a%0d%0ab.html",
      "/%ff",
      "//",
      "/%2f",
      "?",
      "?grep",
      "?tail=1",
      "?lines=1-2",
    ])
  }`;
}

Deno.test("creating answers as the contract says whatever it is sent, and what it stores can be read", () =>
  withRandom(async (random) => {
    await using test = await TestApp.open();
    let stored = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const path = random.pick(["/", "/", "/a.log", "/%ff", "/%00"]) + random.pick(QUERIES);
      const method = path.startsWith("/?") || path === "/" ? random.pick(["PUT", "POST"]) : "PUT";
      const headers = someHeaders(random, CREATE_HEADERS);
      const response = await test.request(path, { method, body: someBody(random), headers });
      const text = await response.text();
      assert(CREATE_STATUSES.includes(response.status), `${response.status} to ${method} ${path}: ${text}`);
      const isPage = response.headers.get("content-type")?.startsWith("text/html") ?? false;
      assert(isPage ? headers.get("accept")?.includes("text/html") : text.trim().split("\n").length === 1, text);
      if (!response.ok) continue;
      stored++;
      const read = await test.request(new URL(response.headers.get("location") ?? "").pathname, { method: "HEAD" });
      assertEquals(read.status, 200);
      assertEquals(read.headers.get("content-security-policy"), "default-src 'none'; sandbox");
    }
    assert(stored > ROUNDS / 20, `only ${stored} were stored`);
  }));

Deno.test("reading answers as the contract says whatever it is asked, and never with another paste's bytes", () =>
  withRandom(async (random) => {
    await using test = await TestApp.open([], { cacheBytes: 12_000, env: { MAX_SIZE: "100KiB" } });
    const pastes = new Map<string, string>();
    for (let i = 0; i < 12; i++) {
      const text = `paste ${i} `.repeat(random.pick([1, 50, 3_000]));
      pastes.set((await test.paste(text)).slice(1), text);
    }
    const ids = [...pastes.keys()];
    for (let i = 0; i < ROUNDS; i++) {
      test.clock.advance(100); // nobody is to be held up for missing too often
      const path = somePath(random, ids);
      const headers = someHeaders(random, READ_HEADERS);
      const response = await test.request(path, { method: random.pick(["GET", "GET", "HEAD"]), headers });
      const body = await response.bytes();
      assert(
        READ_STATUSES.includes(response.status),
        `${response.status} to ${path}: ${new TextDecoder().decode(body)}`,
      );
      const isPlain = response.headers.get("content-encoding") === null &&
        response.headers.get("content-security-policy") === "default-src 'none'; sandbox";
      if (!response.ok || !isPlain || body.byteLength === 0) continue;
      const text = pastes.get(path.slice(1, 13)) ?? "";
      const got = new TextDecoder().decode(body);
      if (response.status === 200) assertEquals(got, text, path);
      else assert(bytesOf(text).byteLength > body.byteLength && text.includes(got), path);
    }
  }));

Deno.test("deleting and reading at once never answers with bytes after the paste is gone", () =>
  withRandom(async (random) => {
    await using test = await TestApp.open();
    for (let i = 0; i < 300; i++) {
      test.clock.advance(1000); // nobody is to be held up for missing too often
      const created = await test.request("/", { method: "PUT", body: `paste ${i}` });
      const { id, deleteToken } = await created.json();
      let isGone = false;
      const readers = Array.from({ length: random.integer(1, 6) }, async () => {
        const wasGone = isGone;
        const response = await test.request(`/${id}`);
        const text = await response.text();
        assert(response.status === 404 || response.status === 200 && text === `paste ${i}` && !wasGone);
      });
      const headers = { "X-Delete-Token": random.next() < 0.8 ? deleteToken : "wrong" };
      const deleted = await test.request(`/${id}`, { method: "DELETE", headers });
      isGone = deleted.status === 204;
      await Promise.all(readers);
      const after = await test.request(`/${id}`);
      assertEquals([await after.text() === `paste ${i}`, after.status], isGone ? [false, 404] : [true, 200]);
    }
  }));
