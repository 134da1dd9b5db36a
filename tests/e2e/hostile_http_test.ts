/** What strangers send to a port that is open to the internet: never a 500, never a hang. */

import { assert, assertEquals, assertFalse, assertGreater, assertLess } from "@std/assert";
import { fuzzRequest, oddRequest } from "../support/http_fuzz.ts";
import { withRandom } from "../support/random.ts";
import { latin1, type RawAnswer, RawConnection } from "../support/raw_http.ts";
import { ServiceProcess } from "../support/service_process.ts";
import { Workspace } from "../support/workspace.ts";

/** How many requests chance makes, on how many connections. */
const FUZZ = { connections: 1500, requestsMost: 4, atOnce: 16 };

/** The most memory that the process may have taken at any time, in MiB: a start alone takes about 150. */
const MOST_MEMORY_MIB = 700;

async function start(workspace: Workspace): Promise<ServiceProcess> {
  const service = await ServiceProcess.start({
    ...workspace.env,
    DB_REPLICA_URL: "none",
    TRUST_PROXY: "X-Fuzz-Client", // chance brings new addresses, so that the limit on misses does not hide what lies behind
  });
  await service.untilReadiness("it is ready", ({ ready }) => ready);
  return service;
}

/** Sends bytes, says that nothing more will come, and waits until the server closes the connection too. */
async function exchange(port: number, data: string): Promise<RawAnswer> {
  await using connection = await RawConnection.open(port);
  await connection.send(data);
  await connection.end();
  return await connection.untilClosed();
}

/** It serves, it has logged no failure, and it has not taken more memory than it may. */
async function assertUnharmed(service: ServiceProcess): Promise<void> {
  const response = await fetch(`${service.url}/`, { method: "PUT", body: "still here" });
  const { url } = await response.json();
  assertEquals(await (await fetch(url)).text(), "still here");
  assertEquals(service.records.filter(({ message }) => message === "Request failed"), []);
  assertFalse(/error|panic|uncaught/i.test(service.log), service.log);
  const status = await Deno.readTextFile(`/proc/${service.pid}/status`);
  assertLess(Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) / 1024, MOST_MEMORY_MIB);
}

Deno.test("a request that is none is refused, and the next client is served", async () => {
  await using workspace = await Workspace.make();
  await using service = await start(workspace);
  const cases: Readonly<Record<string, readonly (number | "closed")[]>> = {
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\nhello": [400],
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\nhello": [400],
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999999\r\n\r\nhello": [413],
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!": [400],
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": [400],
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nends early": [400, "closed"],
    "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n": [400, "closed"],
    "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n": [400, "closed"],
    "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nhello": [400, "closed"],
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n": [400],
    "GET /healthz HTTP/1.1\r\nHost: a/x?\r\n\r\n": [400],
    "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n": [400],
    "GET * HTTP/1.1\r\nHost: a\r\n\r\n": [400],
    "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n": [405],
    "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03": [400, "closed"],
    "\r\n\r\n\r\n\r\n": [400, "closed"],
    "": ["closed"],
  };
  for (const [data, expected] of Object.entries(cases)) {
    const { statuses } = await exchange(service.port, data);
    assert(expected.includes(statuses[0] ?? "closed"), `${JSON.stringify(data)}: ${statuses}`);
  }
  await assertUnharmed(service);
});

Deno.test("floods of headers are cut off", async () => {
  await using workspace = await Workspace.make();
  await using service = await start(workspace);
  const floods = [
    Array.from({ length: 1000 }, (_, i) => `X-${i}: y\r\n`).join(""),
    `X: ${"y".repeat(1_000_000)}\r\n`,
    `Cookie: ${"a=b; ".repeat(100_000)}\r\n`,
  ];
  for (const flood of floods) {
    for (let round = 0; round < 20; round++) {
      const { statuses } = await exchange(service.port, `GET / HTTP/1.1\r\nHost: a\r\n${flood}\r\n`);
      // Where the rest of the flood meets a closed socket, the reset may overtake the answer.
      assert([400, 431, undefined].includes(statuses[0]), `${statuses}`);
    }
  }
  const { statuses } = await exchange(service.port, `GET /${"y".repeat(100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`);
  assert([400, 414, undefined].includes(statuses[0]), `${statuses}`);
  await assertUnharmed(service);
});

Deno.test("clients that never finish their headers, or never read, hold up nobody", async () => {
  await using workspace = await Workspace.make();
  await using service = await start(workspace);
  const created = await fetch(`${service.url}/`, { method: "PUT", body: new Uint8Array(1_000_000).fill(0x61) });
  const { id } = await created.json();
  await using stack = new AsyncDisposableStack();
  for (let i = 0; i < 200; i++) {
    const connection = stack.use(await RawConnection.open(service.port));
    await connection.send(`GET /${id} HTTP/1.1\r\nHost: a\r\nX-Slow: y`);
  }
  for (let i = 0; i < 50; i++) {
    // Deaf: what is sent to it stays in the server and in the system's buffers.
    const deaf = stack.adopt(await Deno.connect({ hostname: "127.0.0.1", port: service.port }), (open) => open.close());
    await deaf.write(latin1(`GET /${id} HTTP/1.1\r\nHost: a\r\n\r\n`));
  }
  await assertUnharmed(service);
});

Deno.test("a hundred requests in one packet get a hundred answers, in order", async () => {
  await using workspace = await Workspace.make();
  await using service = await start(workspace);
  const requests = Array.from(
    { length: 100 },
    (_, i) =>
      i % 2 === 0
        ? `PUT /n${i} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello`
        : `GET /miss${i} HTTP/1.1\r\nHost: a\r\n\r\n`,
  );
  await using connection = await RawConnection.open(service.port);
  await connection.send(requests.join(""));
  const { statuses } = await connection.answered(100);
  assertEquals(statuses, requests.map((_, i) => i % 2 === 0 ? 200 : 404));
  await assertUnharmed(service);
});

Deno.test("no path leads to a file, a folder's list or another host", async () => {
  await using workspace = await Workspace.make();
  await using service = await start(workspace);
  const tricks = [
    ..."/..%2f..%2fetc%2fpasswd /../../../../etc/passwd /static/../../main.ts /static/%2e%2e/%2e%2e/main.ts /static/"
      .split(" "),
    ..."/static /js/ /static/..%5c..%5cmain.ts /static/style.css%00.png /static//style.css //etc/passwd /.git/config"
      .split(" "),
    ..."/%00 /%2e%2e /;/x /000000000000%00 /000000000000/../../main.ts http://evil.example/etc/passwd /data/store.db"
      .split(" "),
    `/${"x".repeat(8000)}`,
    `/${"%2e%2e%2f".repeat(500)}etc/passwd`,
  ];
  for (const path of tricks) {
    const { statuses, text } = await exchange(
      service.port,
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    assertEquals(statuses, [404], path);
    assert(text.endsWith("Cannot find the paste: check the link\n"), path);
  }
  await assertUnharmed(service);
});

/** Waits for the server to close the connection, without saying that nothing more will come. */
async function exchangeOne(port: number, request: string): Promise<RawAnswer> {
  await using connection = await RawConnection.open(port);
  await connection.send(request);
  return await connection.untilClosed();
}

async function somePaths(service: ServiceProcess): Promise<string[]> {
  const created = await fetch(`${service.url}/a.log`, { method: "PUT", body: "a\nERROR b\r\n\0c".repeat(100) });
  const { pathname } = new URL((await created.text()).trim());
  return [pathname, `${pathname}/raw`, `${pathname}/x.txt`];
}

/** Lets several clients work at once, so many times together; counts the statuses that they get. */
async function flood(work: () => Promise<RawAnswer>): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  let left = FUZZ.connections;
  const client = async (): Promise<void> => {
    while (left-- > 0) {
      for (const status of (await work()).statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: FUZZ.atOnce }, client));
  assertEquals([...counts.keys()].filter((status) => status >= 500), [], JSON.stringify([...counts]));
  return counts;
}

Deno.test("thousands of broken requests get neither a 500 nor an open end", async () => {
  await using workspace = await Workspace.make();
  await using service = await start(workspace);
  const paths = await somePaths(service);
  await withRandom(async (random) => {
    const counts = await flood(() => {
      const requests = Array.from({ length: random.integer(1, FUZZ.requestsMost) }, () => fuzzRequest(random, paths));
      return exchange(service.port, requests.join(""));
    });
    for (const status of [200, 400, 404, 405]) assertGreater(counts.get(status) ?? 0, 10, `${status}`);
  });
  await assertUnharmed(service);
});

Deno.test("a thousand odd requests get an answer each, and none of them a 500", async () => {
  await using workspace = await Workspace.make();
  await using service = await start(workspace);
  const paths = await somePaths(service);
  await withRandom(async (random) => {
    const counts = await flood(() => exchangeOne(service.port, oddRequest(random, paths)));
    assertEquals(counts.values().reduce((sum, count) => sum + count, 0), FUZZ.connections);
    for (const status of [200, 204, 400, 404, 405]) assertGreater(counts.get(status) ?? 0, 10, `${status}`);
  });
  await assertUnharmed(service);
});
