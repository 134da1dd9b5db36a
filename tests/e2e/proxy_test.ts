/** The service behind a real proxy, and clients that lie about their address. */

import { assertEquals } from "@std/assert";
import type { ServerConfig } from "../../server/config.ts";
import { TestServer } from "../server/support.ts";

/** A proxy that does what they all do: it appends the address that it sees to `X-Forwarded-For`. */
class Proxy implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(target: string) {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      async (request, { remoteAddr }) => {
        const headers = new Headers(request.headers);
        headers.append("X-Forwarded-For", remoteAddr.hostname);
        headers.delete("host");
        const { pathname, search } = new URL(request.url);
        const { method } = request;
        const body = method === "PUT" ? await request.bytes() : null;
        return await fetch(`${target}${pathname}${search}`, { method, headers, body });
      },
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function open(config: Partial<ServerConfig>): Promise<TestServer> {
  return TestServer.open(undefined, { perMinuteLimit: 2, ...config });
}

async function upload(url: string, forwardedFor?: string): Promise<number> {
  const headers = forwardedFor === undefined ? {} : { "X-Forwarded-For": forwardedFor };
  const response = await fetch(url, { method: "PUT", body: "a", headers });
  await response.body?.cancel();
  return response.status;
}

Deno.test("a client behind one trusted hop cannot get a new limit by forging addresses", async () => {
  await using server = await open({ behindProxy: true });
  await using proxy = new Proxy(server.url);
  const forged = [undefined, "203.0.113.1", "203.0.113.2, 203.0.113.3", "127.0.0.1", "nonsense", ",,,"];
  const statuses: number[] = [];
  for (const list of forged) statuses.push(await upload(proxy.url, list));
  assertEquals(statuses, [200, 200, 429, 429, 429, 429]);
});

Deno.test("behind two trusted hops the client is the one that the outer proxy saw", async () => {
  await using server = await open({ trustProxy: { kind: "hops", count: 2 } });
  await using inner = new Proxy(server.url);
  await using outer = new Proxy(inner.url);
  assertEquals([await upload(outer.url), await upload(outer.url, "203.0.113.1"), await upload(outer.url)], [
    200,
    200,
    429,
  ]);
  // Past the outer proxy a client can invent the second entry: nobody but a proxy may reach the inner one.
  assertEquals(await upload(inner.url, "203.0.113.1"), 200);
});

Deno.test("a client that reaches the service itself is the connection's other end when nobody is trusted", async () => {
  await using server = await open({});
  const statuses: number[] = [];
  for (const list of ["203.0.113.1", "203.0.113.2", "203.0.113.3"]) statuses.push(await upload(server.url, list));
  assertEquals(statuses, [200, 200, 429]);
});
