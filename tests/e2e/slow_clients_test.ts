/** Clients that take their time, over real sockets; the time itself is the test's. */

import { assertEquals, assertGreater, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { RawConnection } from "../support/raw_http.ts";
import { eventually } from "../support/service_process.ts";
import { TestApp } from "../server/support.ts";

const MIB = 1024 * 1024;

/** The application on a port of its own. */
class Served implements AsyncDisposable {
  readonly test: TestApp;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(test: TestApp) {
    this.test = test;
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      (request, connection) => test.app.fetch(request, connection),
    );
  }

  static async open(env: Readonly<Record<string, string>>): Promise<Served> {
    return new Served(await TestApp.open([], { env }));
  }

  get port(): number {
    return this.#server.addr.port;
  }

  async connect(count: number): Promise<RawConnection[]> {
    return await Promise.all(Array.from({ length: count }, () => RawConnection.open(this.port)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await this.test[Symbol.asyncDispose]();
  }
}

async function close(connections: readonly RawConnection[]): Promise<void> {
  await Promise.all(connections.map((connection) => connection[Symbol.asyncDispose]()));
}

function head(contentLength: number): string {
  return `PUT /slow.log HTTP/1.1\r\nHost: a\r\nContent-Length: ${contentLength}\r\n\r\n`;
}

Deno.test("50 uploads that fall silent are each told so after half a minute, and hold up nobody meanwhile", async () => {
  await using served = await Served.open({ MAX_SIZE: "2MiB" });
  const connections = await served.connect(50);
  for (const connection of connections) await connection.send(head(MIB) + "some bytes");
  await eventually("all of them are being read", () => served.test.clock.timers === 50 || null);
  const [other] = await served.connect(1);
  await other?.send("PUT /fast.log HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nfast");
  assertEquals((await other?.answered())?.statuses, [200]);
  served.test.clock.advance(30_000);
  for (const connection of connections) {
    const { statuses, text } = await connection.answered();
    assertEquals(statuses, [408]);
    assertStringIncludes(text, "Cannot wait for the rest of the paste as it comes too slowly: send it again");
  }
  assertEquals(served.test.clock.timers, 0);
  await close([...connections, ...other ? [other] : []]);
});

Deno.test("bodies of any kind are told so: small, large, chunked, a form", async () => {
  await using served = await Served.open({ MAX_SIZE: "2MiB" });
  const connections = await served.connect(4);
  const requests = [
    head(100) + "abc",
    head(MIB) + "abc",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 500\r\n\r\n--b\r\n`,
  ];
  for (const [i, connection] of connections.entries()) await connection.send(requests[i] ?? "");
  await eventually("each of them is answered", () => {
    served.test.clock.advance(60_000); // small bodies share a timer, so it cannot tell that all of them are being read
    return connections.every(({ answer }) => answer.statuses.length > 0) || null;
  });
  for (const connection of connections) assertEquals((await connection.answered()).statuses, [408]);
  await close(connections);
});

Deno.test("50 large uploads at once hold 64 MiB at most: the rest is told to come again, and then can", async () => {
  await using served = await Served.open({ MAX_SIZE: "2MiB" });
  const connections = await served.connect(50);
  const most = new Uint8Array(2 * MIB - 1).fill(0x61);
  const sent = await Promise.all(connections.map(async (connection) => {
    return await connection.send(head(2 * MIB)) && await connection.send(most);
  }));
  const refused = (): RawConnection[] => connections.filter(({ answer }) => answer.statuses.length > 0);
  // 32 of them would take 64 MiB less 32 bytes.
  await eventually("those that do not fit have been told so", () => refused().length >= 18 || null);
  assertLessOrEqual(sent.length - refused().length, 32);
  for (const connection of refused()) {
    const { statuses, text } = connection.answer;
    assertEquals(statuses, [503]);
    assertStringIncludes(text, "too many are being sent at once: try again");
    assertStringIncludes(text, "Retry-After: 2");
  }
  const waiting = connections.filter((connection) => !refused().includes(connection));
  for (const connection of waiting) await connection.send("!");
  const stored = await Promise.all(waiting.map((connection) => connection.answered()));
  assertGreater(stored.length, 0);
  assertEquals(new Set(stored.flatMap(({ statuses }) => statuses)), new Set([200]));
  const [again] = await served.connect(1);
  await again?.send(head(2 * MIB));
  await again?.send(most);
  await again?.send("!");
  assertEquals((await again?.answered())?.statuses, [200]);
  await close([...connections, ...again ? [again] : []]);
});

Deno.test("clients that go away in the middle leave nothing behind", async () => {
  await using served = await Served.open({ MAX_SIZE: "2MiB" });
  const connections = await served.connect(20);
  for (const connection of connections) await connection.send(head(MIB) + "some bytes");
  await eventually("all of them are being read", () => served.test.clock.timers === 20 || null);
  await close(connections);
  await eventually("all of them are forgotten", () => served.test.clock.timers === 0 || null);
});
