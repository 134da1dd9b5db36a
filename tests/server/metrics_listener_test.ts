import { assertEquals, assertThrows } from "@std/assert";
import { listenForMetrics } from "../../server/metrics_listener.ts";

const ANYWHERE = { host: "127.0.0.1", port: 0 };

async function withListener(
  texts: readonly (() => Promise<string>)[],
  body: (url: string) => Promise<void>,
): Promise<void> {
  await using server = listenForMetrics(ANYWHERE, texts.map((text) => ({ text })));
  await body(`http://127.0.0.1:${server.addr.port}`);
}

Deno.test("listenForMetrics() answers /metrics with what every source writes, and no cache keeps it", async () => {
  await withListener([() => Promise.resolve("a 1\n"), () => Promise.resolve("b 2\n")], async (url) => {
    const response = await fetch(`${url}/metrics`);
    assertEquals(await response.text(), "a 1\n\nb 2\n");
    assertEquals(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assertEquals(response.headers.get("cache-control"), "no-store");
  });
});

Deno.test("listenForMetrics() has nothing else, and takes nothing", async () => {
  await withListener([], async (url) => {
    for (
      const [method, path, status] of [["GET", "/", 404], ["GET", "/metrics/x", 404], [
        "POST",
        "/metrics",
        405,
      ]] as const
    ) {
      const response = await fetch(`${url}${path}`, { method });
      await response.text();
      assertEquals(response.status, status, `${method} ${path}`);
    }
  });
});

Deno.test("listenForMetrics() answers 500 when a source fails, and tells nothing of the inside", async () => {
  await withListener([() => Promise.reject(new Error("secret"))], async (url) => {
    const response = await fetch(`${url}/metrics`);
    assertEquals([response.status, await response.text()], [500, "Cannot write the metrics down: see the log\n"]);
  });
});

Deno.test("listenForMetrics() names the address that is taken", () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  assertThrows(() => listenForMetrics({ host: "127.0.0.1", port }, []), Error, `127.0.0.1, port ${port}`);
});
