import { assertEquals, assertStringIncludes } from "@std/assert";
import { listenForMetrics } from "../../../replicate/commands/metrics_listener.ts";

const LOOPBACK = "127.0.0.1";

interface Scene {
  readonly url: string;
  readonly lines: readonly string[];
}

async function withListener(text: () => Promise<string>, body: (scene: Scene) => Promise<void>): Promise<void> {
  const lines: string[] = [];
  const log = (level: string, message: string): void => void lines.push(`${level} ${message}`);
  await using server = listenForMetrics({ host: LOOPBACK, port: 0 }, { text, log });
  await body({ url: `http://${LOOPBACK}:${server?.addr.port}`, lines });
}

Deno.test("listenForMetrics() answers /metrics and says where, and no cache keeps the answer", async () => {
  await withListener(() => Promise.resolve("a 1\n"), async ({ url, lines }) => {
    const response = await fetch(`${url}/metrics`);
    assertEquals(await response.text(), "a 1\n");
    assertEquals(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assertEquals(response.headers.get("cache-control"), "no-store");
    assertEquals(lines, ["info Serving metrics"]);
  });
});

Deno.test("listenForMetrics() has nothing else, and takes nothing", async () => {
  await withListener(() => Promise.resolve(""), async ({ url }) => {
    for (const [method, path, status] of [["GET", "/", 404], ["POST", "/metrics", 405]] as const) {
      const response = await fetch(`${url}${path}`, { method });
      await response.text();
      assertEquals(response.status, status, `${method} ${path}`);
    }
  });
});

Deno.test("listenForMetrics() answers 500 when the metrics fail, and tells nothing of the inside but in the log", async () => {
  await withListener(() => Promise.reject(new Error("secret")), async ({ url, lines }) => {
    const response = await fetch(`${url}/metrics`);
    assertEquals([response.status, await response.text()], [500, "Cannot write the metrics down: see the log\n"]);
    assertEquals(lines.at(-1), "error Cannot write the metrics down");
  });
});

Deno.test("listenForMetrics() tells of an address that is taken, and throws nothing", () => {
  using taken = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const said: string[] = [];
  const { port } = taken.addr;
  const log = (level: string, message: string, fields = {}): void => {
    said.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  const server = listenForMetrics({ host: LOOPBACK, port }, { text: () => Promise.resolve(""), log });
  assertEquals([server, said.length], [null, 1]);
  assertStringIncludes(said[0] ?? "", `error Cannot serve metrics {"host":"127.0.0.1","port":${port}`);
});
