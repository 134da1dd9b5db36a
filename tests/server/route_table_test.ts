import { assert, assertEquals } from "@std/assert";
import { ASSET_PATHS, assetRoute, type Route, ROUTES } from "../../server/route_table.ts";
import { loadAssets } from "../../server/routes/assets.ts";
import { TestApp } from "./support.ts";

const BROWSER = { Accept: "text/html" };

/** Every route of the table. */
const TABLE: readonly Route[] = [...Object.values<Route>(ROUTES), assetRoute(ASSET_PATHS)];

/** What deletes the paste of the test. */
const TOKEN = "the-paste-s-own-token";

/** A request that each documented path answers with success; `{id}` is filled in. A path without one fails the test. */
const EXERCISES: Readonly<Record<string, RequestInit>> = {
  "GET /": {},
  "POST /": { method: "POST", body: "a" },
  "PUT /": { method: "PUT", body: "a" },
  "PUT /{name}": { method: "PUT", body: "a" },
  "GET /healthz": {},
  "GET /readyz": {},
  "GET /limits": {},
  "GET /openapi.json": {},
  "GET /robots.txt": {},
  "GET /cli": {},
  "GET /{id}": {},
  "GET /{id}/raw": {},
  "GET /{id}/{name}": {},
  "GET /static/{file}": {},
  "GET /static/vendor/highlight.js": {},
  "GET /js/logpaste.js": {},
  "GET /favicon.ico": {},
  // The last one: nothing is left to be read after it.
  "DELETE /{id}": { method: "DELETE", headers: { "X-Delete-Token": TOKEN } },
};

function documented(): string[] {
  return TABLE.flatMap(({ method, paths }) => paths.map((path) => `${method} ${path}`)).toSorted();
}

function fill(path: string, id: string): string {
  return path.replace("{id}", id).replace("{name}", "a.log").replace("{file}", "style.css");
}

Deno.test("every route of the table has an exercise, and each of them succeeds", async () => {
  assertEquals(Object.keys(EXERCISES).toSorted(), documented());
  await using test = await TestApp.open([], { randomToken: () => TOKEN });
  const id = (await test.paste("a")).slice(1);
  for (const [name, init] of Object.entries(EXERCISES)) {
    const response = await test.request(fill(name.replace(/^\w+ /, ""), id), init);
    const { status } = response;
    const operation = TABLE.find(({ method, paths }) => paths.some((path) => `${method} ${path}` === name))?.operation;
    assertEquals(status, name.startsWith("DELETE") ? 204 : 200, name);
    assert(Object.keys(operation?.answers ?? {}).includes(String(status)), name);
    if (status === 204) continue;
    const type = response.headers.get("content-type")?.replace(/;.*/, "") ?? "";
    assert(operation?.types.includes(type), `${name} answers ${type}`);
    await response.body?.cancel();
  }
});

Deno.test("every route of the application is in the table, and the other way round", async () => {
  await using test = await TestApp.open();
  const assets = await loadAssets();
  const registered = test.app.routes.filter(({ method }) => method !== "OPTIONS").map(({ method, path }) =>
    `${method} ${path}`
  );
  const table = [...Object.values<Route>(ROUTES), ...assets.map(({ paths }) => assetRoute(paths))]
    .flatMap(({ method, patterns }) => patterns.map((pattern) => `${method} ${pattern}`));
  assertEquals(registered.toSorted(), table.toSorted());
  const outside = assets.flatMap(({ paths }) => paths).filter((path) => !/^\/static\/[^/]+$/.test(path));
  assertEquals(outside.filter((path) => !ASSET_PATHS.some((known) => known === path)), []);
});

Deno.test("every answer of every route keeps browsers from guessing and from running what it holds", async () => {
  await using test = await TestApp.open();
  const id = (await test.paste("a")).slice(1);
  const paths = TABLE.flatMap(({ paths }) => paths).map((path) => fill(path, id));
  const missing = [
    "/000000000000",
    "/static/",
    "/static/none.css",
    "/js/",
    "/%00",
    "/..%2f..%2fetc%2fpasswd",
    `/${id}?head=x`,
  ];
  for (const path of [...paths, ...missing]) {
    for (const method of ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"]) {
      for (const headers of [{}, BROWSER, { Accept: "application/json" }, { "If-None-Match": "*" }]) {
        const response = await test.request(path, { method, headers });
        const what = `${method} ${path} ${JSON.stringify(headers)}: ${response.status}`;
        assertEquals(response.headers.get("x-content-type-options"), "nosniff", what);
        assertEquals(response.headers.get("access-control-allow-origin"), "*", what);
        const type = response.headers.get("content-type") ?? "";
        if (response.status >= 400 || type.startsWith("text/html")) {
          assert(response.headers.get("content-security-policy")?.startsWith("default-src 'none'"), what);
          assertEquals(response.headers.get("referrer-policy"), "no-referrer", what);
        }
        assert(response.status < 500, what);
        await response.body?.cancel();
      }
    }
  }
});

Deno.test("assetRoute() serves all paths of a file", () => {
  const { method, patterns, paths } = assetRoute(["/a", "/b"]);
  assertEquals([method, patterns, paths], ["GET", ["/a", "/b"], ASSET_PATHS]);
});
