import { assertEquals, assertRejects } from "@std/assert";
import { type RouteLabel, routeOf, ServiceMetrics } from "../../server/metrics.ts";
import { metricValues } from "../support/metric_values.ts";
import { TestServer } from "./support.ts";

Deno.test("routeOf() tells what a request is for, and never shows an id", () => {
  const table: readonly (readonly [string, string, RouteLabel])[] = [
    ["PUT", "http://h/", "create"],
    ["POST", "http://h/", "create"],
    ["PUT", "http://h/app.log", "create"],
    ["GET", "http://h/", "page"],
    ["GET", "http://h/?theme=dark", "page"],
    ["HEAD", "http://h/robots.txt", "page"],
    ["GET", "http://h/healthz", "health"],
    ["GET", "http://h/readyz?x=/", "health"],
    ["GET", "http://h/1tOPy6vmbMIh", "read"],
    ["HEAD", "http://h/1tOPy6vmbMIh/raw", "read"],
    ["DELETE", "http://h/1tOPy6vmbMIh", "other"],
    ["OPTIONS", "http://h/", "other"],
  ];
  for (const [method, url, route] of table) assertEquals(routeOf({ method, url }), route, `${method} ${url}`);
});

Deno.test("ServiceMetrics.count() counts answers by route and status, and how long they took by route", async () => {
  const metrics = new ServiceMetrics(() => 5_000_000);
  const request = new Request("http://h/1tOPy6vmbMIh");
  metrics.count(request, { status: 200, ms: 0.7 });
  metrics.count(request, { status: 200, ms: 0.7 });
  metrics.count(request, { status: 404, ms: 30 });
  const values = metricValues(await metrics.text());
  assertEquals(values.get('pastestream_http_requests_total{route="read",status="200"}'), 2);
  assertEquals(values.get('pastestream_http_requests_total{route="read",status="404"}'), 1);
  assertEquals(values.get('pastestream_http_request_duration_seconds_bucket{le="0.001",route="read"}'), 2);
  assertEquals(values.get('pastestream_http_request_duration_seconds_count{route="read"}'), 3);
  assertEquals(values.get("process_resident_memory_bytes"), 5_000_000);
});

Deno.test("ServiceMetrics.counting() counts the pastes that were stored, and no others", async () => {
  const metrics = new ServiceMetrics(() => 0);
  const paste = { bytes: new Uint8Array(10), name: null, expiresInMs: null, burn: false };
  const receipt = { id: "id", deleteToken: "token", expiresAt: null };
  let isFull = false;
  const store = metrics.counting({
    get: () => Promise.resolve(null),
    take: () => Promise.resolve(null),
    delete: (_id, token) => Promise.resolve(token === "token" ? "deleted" : "forbidden"),
    put: () => isFull ? Promise.reject(new Error("full")) : Promise.resolve(receipt),
  });
  assertEquals(await store.put(paste), receipt);
  assertEquals(await store.put(paste), receipt);
  assertEquals([await store.get("id"), await store.take("id")], [null, null]);
  assertEquals([await store.delete("id", "token"), await store.delete("id", "")], ["deleted", "forbidden"]);
  isFull = true;
  await assertRejects(() => store.put(paste), Error, "full");
  for (let i = 0; i < 2; i++) {
    const values = metricValues(await metrics.text());
    assertEquals([values.get("pastestream_pastes_total"), values.get("pastestream_paste_bytes_total")], [2, 20]);
  }
});

Deno.test("startServer() serves metrics on METRICS_ADDR, with its own and those of its surroundings", async () => {
  await using test = await TestServer.open(undefined, { metricsAddress: { host: "127.0.0.1", port: 0 } }, {
    text: () => Promise.resolve("elsewhere 7\n"),
  });
  const { url } = await (await fetch(test.url, { method: "PUT", body: "hello" })).json();
  await (await fetch(url)).text();
  await (await fetch(`${test.url}/none`)).text();
  const response = await fetch(`http://127.0.0.1:${test.server.metricsPort}/metrics`);
  const values = metricValues(await response.text());
  assertEquals(values.get('pastestream_http_requests_total{route="create",status="200"}'), 1);
  assertEquals(values.get('pastestream_http_requests_total{route="read",status="200"}'), 1);
  assertEquals(values.get('pastestream_http_requests_total{route="read",status="404"}'), 1);
  assertEquals(values.get("pastestream_paste_bytes_total"), 5);
  assertEquals(values.get("elsewhere"), 7);
  const onThePublicPort = await fetch(`${test.url}/metrics`);
  await onThePublicPort.text();
  assertEquals(onThePublicPort.status, 404);
});

Deno.test("startServer() has no port for metrics without METRICS_ADDR", async () => {
  await using test = await TestServer.open();
  assertEquals(test.server.metricsPort, null);
});
