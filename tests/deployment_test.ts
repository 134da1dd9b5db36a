/** What `fly deploy`, `docker build` and Heroku read: that it does what the people who deploy rely on. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse as parseToml } from "@std/toml";
import { parse as parseYaml } from "@std/yaml";
import { z } from "zod";
import { REPLICATE_SETTINGS } from "../replicate/mod.ts";
import { SERVER_SETTINGS } from "../server/mod.ts";
import { inFinalStage, parseDockerfile } from "./support/dockerfile.ts";
import { readProjectFile } from "./support/project_file.ts";

const dockerfile = readProjectFile("Dockerfile");

/** How long the last upload may take once SIGTERM came. */
const SHUTDOWN_SYNC_S = 30;

// Strict: a mistyped key is an error here, where the platforms would pass over it in silence.
const check = z.strictObject({
  type: z.literal("http").optional(),
  port: z.number().optional(),
  grace_period: z.string(),
  interval: z.string(),
  timeout: z.string(),
  method: z.literal("GET"),
  path: z.string(),
});
const fly = z.strictObject({
  app: z.string(),
  primary_region: z.string().length(3),
  kill_signal: z.string(),
  kill_timeout: z.string(),
  build: z.strictObject({ dockerfile: z.string() }),
  env: z.record(z.string().regex(/^(?!FLY_)[A-Z_]+$/), z.string()),
  deploy: z.strictObject({ strategy: z.string() }),
  metrics: z.strictObject({ port: z.number(), path: z.literal("/metrics") }).optional(),
  http_service: z.strictObject({
    internal_port: z.number(),
    force_https: z.boolean(),
    auto_stop_machines: z.enum(["off", "stop", "suspend"]),
    auto_start_machines: z.boolean(),
    min_machines_running: z.number(),
    concurrency: z.strictObject({
      type: z.enum(["requests", "connections"]),
      soft_limit: z.number(),
      hard_limit: z.number(),
    }),
    checks: z.array(check),
  }),
  checks: z.record(z.string(), check),
  restart: z.array(z.strictObject({ policy: z.enum(["always", "on-failure", "never"]) })),
  vm: z.array(z.strictObject({ size: z.string(), memory: z.string() })),
}).parse(parseToml(readProjectFile("fly.toml")));

const herokuYml = z.strictObject({
  setup: z.strictObject({
    addons: z.array(z.strictObject({ plan: z.string() })),
    config: z.record(z.string(), z.string()),
  }),
  build: z.strictObject({ docker: z.strictObject({ web: z.string() }) }),
}).parse(parseYaml(readProjectFile("heroku.yml")));

const appJson = z.strictObject({
  name: z.string().max(30),
  description: z.string(),
  keywords: z.array(z.string()),
  stack: z.string(),
  formation: z.strictObject({ web: z.strictObject({ quantity: z.number(), size: z.string() }) }),
  addons: z.array(z.strictObject({ plan: z.string() })),
  env: z.record(
    z.string(),
    z.strictObject({ description: z.string(), value: z.string().optional(), required: z.boolean().optional() }),
  ),
}).parse(JSON.parse(readProjectFile("app.json")));

Deno.test("Fly gives the service time for its last upload", () => {
  assertEquals(fly.kill_signal, "SIGTERM");
  const seconds = Number(/^(\d+)s$/.exec(fly.kill_timeout)?.[1]);
  assert(seconds > SHUTDOWN_SYNC_S && seconds <= 300, `${fly.kill_timeout}; Fly's limit is 300s`);
});

Deno.test("Fly runs one Machine, and puts it to sleep by stopping it: a suspended one would wake up as a former writer", () => {
  assertEquals(fly.http_service.auto_stop_machines, "stop");
  assert(fly.http_service.auto_start_machines);
  assert(fly.http_service.min_machines_running <= 1);
  assertMatch(readProjectFile("fly.toml"), /fly deploy --ha=false/);
});

Deno.test("Fly stops the old Machine before it starts the new one, and may do so with a volume", () => {
  assertEquals(fly.deploy.strategy, "rolling");
});

Deno.test("Fly scrapes the metrics where the service has them, or not at all", () => {
  assertEquals(fly.env["METRICS_ADDR"]?.replace(/^.*:/, ""), fly.metrics && `${fly.metrics.port}`);
});

Deno.test("Fly keeps the database where the image may write", () => {
  assertMatch(inFinalStage(parseDockerfile(dockerfile), "ENV").join(" "), new RegExp(`DB_PATH=${fly.env["DB_PATH"]}`));
});

Deno.test("Fly's proxy and checks ask the port that the service listens on", () => {
  assertEquals(fly.http_service.internal_port, Number(fly.env["PORT"]));
  for (const { port } of Object.values(fly.checks)) assertEquals(port, fly.http_service.internal_port);
});

Deno.test("Fly routes by liveness and judges a deploy by readiness", () => {
  assertEquals(fly.http_service.checks.map(({ path }) => path), ["/healthz"]);
  assertEquals(Object.values(fly.checks).map(({ path }) => path), ["/readyz"]);
});

Deno.test("Fly and Heroku build the project's own image", () => {
  assertEquals([fly.build.dockerfile, herokuYml.build.docker.web], ["Dockerfile", "Dockerfile"]);
  assertEquals(appJson.stack, "container");
});

Deno.test("Heroku runs one dyno, and its button brings the bucket along", () => {
  assertEquals(appJson.formation.web.quantity, 1);
  assertEquals(appJson.addons, [{ plan: "bucketeer" }]);
  assertEquals(herokuYml.setup.addons, appJson.addons);
});

Deno.test("Heroku's button and its manifest set the same variables to the same values", () => {
  for (const [name, value] of Object.entries(herokuYml.setup.config)) {
    assertEquals(appJson.env[name]?.value, value, name);
  }
});

Deno.test("every variable that a deployment sets is one that the service reads", () => {
  const known = new Set<string>([...SERVER_SETTINGS, ...REPLICATE_SETTINGS].map(({ name }) => name));
  const names = [fly.env, appJson.env, herokuYml.setup.config].flatMap((env) => Object.keys(env));
  for (const name of new Set(names)) assert(known.has(name), `${name} is read nowhere`);
});
