import { assertEquals, assertStringIncludes } from "@std/assert";
import { type AppParts, createApp, createStartingApp } from "../../server/app.ts";
import { clientParts } from "../../server/client_parts.ts";
import { inlineCodec } from "../../server/codec.ts";
import { parseServerConfig, type ServerConfig } from "../../server/config.ts";
import { probeOf } from "./health_probe.ts";
import { HEALTH_OFF, ManualClock, TestApp } from "./support.ts";

function surroundings(config: ServerConfig): Omit<AppParts, "store"> {
  return {
    ...{ health: probeOf(HEALTH_OFF), assets: [], codec: inlineCodec, phase: "serving" as const },
    ...clientParts(config, new ManualClock()),
  };
}

const BROWSER = { headers: { Accept: "text/html" } };

Deno.test("a wrong method gets 405 with the methods that the path knows", async () => {
  await using test = await TestApp.open();
  const cases: readonly (readonly [string, string, string])[] = [
    ["DELETE", "/", "GET, HEAD, PUT, POST, OPTIONS"],
    ["POST", "/000000000000", "GET, HEAD, PUT, DELETE, OPTIONS"],
    ["PUT", "/a/b", "GET, HEAD, OPTIONS"],
    ["PATCH", "/healthz", "GET, HEAD, PUT, DELETE, OPTIONS"],
    ["PROPFIND", "/static/style.css", "GET, HEAD, OPTIONS"],
  ];
  for (const [method, path, allow] of cases) {
    const response = await test.request(path, { method });
    assertEquals([response.status, response.headers.get("allow")], [405, allow], `${method} ${path}`);
    assertEquals(response.headers.get("access-control-allow-origin"), "*");
    await response.body?.cancel();
  }
});

Deno.test("OPTIONS answers the preflight of any path", async () => {
  await using test = await TestApp.open();
  for (const path of ["/", "/000000000000", "/a/b"]) {
    const response = await test.request(path, { method: "OPTIONS" });
    assertEquals([response.status, response.body], [204, null]);
    assertEquals(response.headers.get("access-control-allow-origin"), "*");
    assertEquals(response.headers.get("access-control-allow-methods"), "GET, HEAD, PUT, POST, DELETE, OPTIONS");
    assertStringIncludes(response.headers.get("access-control-allow-headers") ?? "", "Content-Type");
    assertEquals(response.headers.get("access-control-max-age"), "86400");
  }
});

Deno.test("every GET route answers HEAD with the length of its body", async () => {
  await using test = await TestApp.open();
  for (
    const path of ["/", "/healthz", "/readyz", "/robots.txt", "/favicon.ico", "/static/style.css", "/js/logpaste.js"]
  ) {
    const head = await test.request(path, { method: "HEAD" });
    const body = await (await test.request(path)).bytes();
    assertEquals([head.status, head.headers.get("content-length")], [200, String(body.byteLength)], path);
    assertEquals(await head.text(), "");
  }
});

Deno.test("createStartingApp() answers 503 to everything but /healthz", async () => {
  const app = createStartingApp(probeOf(HEALTH_OFF));
  assertEquals((await app.request("/healthz")).status, 200);
  const ready = await app.request("/readyz");
  assertEquals([ready.status, await ready.json()], [503, { ready: false, replication: HEALTH_OFF }]);
  for (
    const [method, path] of [["GET", "/"], ["PUT", "/"], ["POST", "/"], ["GET", "/000000000000"], ["DELETE", "/x"]]
  ) {
    const response = await app.request(path ?? "", { method: method ?? "" });
    assertEquals([response.status, response.headers.get("retry-after")], [503, "2"], `${method} ${path}`);
    assertStringIncludes(await response.text(), "starting: the database is being restored, try again soon");
  }
});

Deno.test("createApp() answers 500 without a word of the inside when something breaks", async () => {
  const config = parseServerConfig({}, []);
  const fail = (): Promise<never> => Promise.reject(new Error("secret path"));
  const store = { put: fail, get: fail, take: fail, delete: fail };
  const app = createApp({ ...surroundings(config), store });
  const response = await app.request("/000000000000");
  assertEquals(response.status, 500);
  assertEquals(await response.text(), "Cannot answer as something failed inside: tell the operator\n");
});

Deno.test("createApp() puts the path of the configured URL before its own references", async () => {
  const config = parseServerConfig({ BASE_URL: "https://x.example/p" }, []);
  const receipt = { id: "000000000000", deleteToken: "t", expiresAt: null };
  const none = (): Promise<null> => Promise.resolve(null);
  const store = {
    put: () => Promise.resolve(receipt),
    get: none,
    take: none,
    delete: () => Promise.resolve("missing" as const),
  };
  const app = createApp({ ...surroundings(config), store });
  const page = await (await app.request("/", BROWSER)).text();
  assertStringIncludes(page, 'href="/p/static/style.css"');
  assertStringIncludes(page, 'action="/p/"');
  const created = await app.request("/", { method: "POST", body: "a", headers: { "Content-Type": "text/plain" } });
  assertEquals(await created.text(), "https://x.example/p/000000000000\n");
});
