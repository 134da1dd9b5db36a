import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import { serveOpenApi } from "../../../server/routes/openapi.ts";
import { TestApp } from "../support.ts";

Deno.test("GET /openapi.json names this instance", async () => {
  await using test = await TestApp.open(["-title", "Team paste"]);
  const response = await test.request("/openapi.json", { headers: { Host: "paste.example" } });
  const document = await response.json();
  assertEquals([response.status, response.headers.get("content-type")], [200, "application/json"]);
  assertEquals([document.info.title, document.servers], ["Team paste", [{ url: "http://paste.example" }]]);
});

Deno.test("serveOpenApi() names the configured URL", async () => {
  const app = new Hono().get("/", serveOpenApi("T", { baseUrl: "https://x.example/p", behindProxy: false }));
  assertEquals((await (await app.request("/")).json()).servers, [{ url: "https://x.example/p" }]);
});
