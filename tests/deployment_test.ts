/** What `fly deploy`, `docker build` and Heroku read: that it does what the people who deploy rely on. */

import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { parse as parseToml } from "@std/toml";
import { parse as parseYaml } from "@std/yaml";
import { z } from "zod";
import { inFinalStage, parseDockerfile, parseExecForm } from "./support/dockerfile.ts";
import { findImports } from "./support/import_graph.ts";
import { isProgram, PROJECT_ROOT, readSourceTree } from "./support/source_tree.ts";

const files = await readSourceTree();
const dockerfile = read("Dockerfile");
const image = parseDockerfile(dockerfile);
const command = parseExecForm(inFinalStage(image, "CMD").at(-1)) ?? [];

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
}).parse(parseToml(read("fly.toml")));

const herokuYml = z.strictObject({
  setup: z.strictObject({
    addons: z.array(z.strictObject({ plan: z.string() })),
    config: z.record(z.string(), z.string()),
  }),
  build: z.strictObject({ docker: z.strictObject({ web: z.string() }) }),
}).parse(parseYaml(read("heroku.yml")));

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
}).parse(JSON.parse(read("app.json")));

Deno.test("the image runs without root", () => {
  assertEquals(inFinalStage(image, "USER").at(-1), "deno");
});

Deno.test("the image runs under any user id: everyone may write beside the database", () => {
  const folder = environment().get("DB_PATH")?.replace(/\/[^/]*$/, "");
  assert(inFinalStage(image, "RUN").some((run) => run.includes("install -d") && run.endsWith(`-m 1777 ${folder}`)));
  assert(image.some(({ keyword, text }) => keyword === "RUN" && text.includes("chmod -R a+rX .")));
});

Deno.test("SIGTERM reaches the service: no shell stands before it, and tini passes signals on", () => {
  assertEquals(parseExecForm(inFinalStage(image, "ENTRYPOINT").at(-1)), ["/tini", "--", "deno"]);
  assertEquals(command.at(0), "run");
  assertEquals(command.at(-1), "main.ts");
  assertEquals(inFinalStage(image, "STOPSIGNAL"), ["SIGTERM"]);
});

Deno.test("the image's health check asks the port that the service listens on, without curl", () => {
  const [, options = "", probe] = /^(.*?)\s*CMD\s+(.*)$/.exec(inFinalStage(image, "HEALTHCHECK").at(-1) ?? "") ?? [];
  assertMatch(options, /--start-period=\d+s/);
  const words = parseExecForm(probe) ?? [];
  assertEquals(words.slice(0, 2), ["bash", "-c"]);
  assertMatch(words[2] ?? "", /\/dev\/tcp\/127\.0\.0\.1\/\$PORT/);
  assertMatch(words[2] ?? "", /GET \/healthz /);
  assertEquals(inFinalStage(image, "EXPOSE"), [environment().get("PORT")]);
});

Deno.test("the image's health check succeeds on 200, and fails on 503 and when nobody listens", async () => {
  const probe = parseExecForm(/CMD\s+(.*)$/.exec(inFinalStage(image, "HEALTHCHECK").at(-1) ?? "")?.[1]) ?? [];
  let status = 200;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, ({ url }) => {
    return new Response("", { status: new URL(url).pathname === "/healthz" ? status : 404 });
  });
  assertEquals(await exitCode(probe, server.addr.port), 0);
  status = 503;
  assertEquals(await exitCode(probe, server.addr.port), 1);
  await server.shutdown();
  assertEquals(await exitCode(probe, server.addr.port), 1);
});

Deno.test("the image has the Deno that the tests run with, pinned", () => {
  const version = /^DENO_VERSION=(\d+\.\d+\.\d+)$/.exec(image.find(({ keyword }) => keyword === "ARG")?.text ?? "")
    ?.[1];
  assertEquals(/deno@(\d+\.\d+\.\d+)/.exec(read(".ci/run"))?.[1], version);
  const bases = image.filter(({ keyword }) => keyword === "FROM").map(({ text }) => text.replace(/ AS .*/, ""));
  assertEquals(new Set(bases), new Set(["denoland/deno:debian-${DENO_VERSION}"]));
});

Deno.test("the image holds what the lock names, and nothing is fetched when it starts", () => {
  assert(image.some(({ keyword, text }) => keyword === "RUN" && text.startsWith("deno ci ")));
  for (const flag of ["--frozen", "--cached-only", "--node-modules-dir=manual"]) assert(command.includes(flag), flag);
});

Deno.test("the image keeps every package that the service imports", () => {
  const removed = image.filter(({ text }) => text.includes("rm -rf")).map(({ text }) => text).join(" ");
  const packages = findImports(files.filter(isProgram)).filter(({ file }) => file === undefined);
  for (const { specifier } of packages) {
    assertNotMatch(removed, new RegExp(`\\.deno/${specifier.replace("/", "\\+")}@`), specifier);
  }
});

Deno.test("every file that the image copies exists, and the build is given it", () => {
  const ignore = read(".dockerignore").split("\n");
  assert(ignore.includes("*"));
  for (const { text } of image.filter(({ keyword, text }) => keyword === "COPY" && !text.startsWith("--from="))) {
    for (const source of text.split(/\s+/).slice(0, -1)) {
      assert(files.some(({ path }) => path === source || path.startsWith(`${source}/`)) || exists(source), source);
      assert(ignore.includes(`!${source}`), `.dockerignore keeps ${source} out`);
    }
  }
});

Deno.test("the image allows no more than is explained, and never everything", () => {
  const allowed = command.filter((word) => word.startsWith("--allow-"));
  assert(!command.some((word) => /^(--allow-all|-A)/.test(word)));
  assert(!allowed.some((flag) => /^--allow-(run|import)/.test(flag)));
  for (const flag of allowed) {
    assert(dockerfile.includes(`# ${flag.replace(/[=,].*/, "")}`), `${flag} is not explained`);
  }
});

Deno.test("the image may write the database where every platform puts it", () => {
  const writable = command.find((word) => word.startsWith("--allow-write="))?.slice("--allow-write=".length).split(",");
  for (const path of [environment().get("DB_PATH"), fly.env["DB_PATH"]]) {
    assert(writable?.some((folder) => path?.startsWith(`${folder}/`)), `${path} is not below ${writable}`);
  }
});

Deno.test("Fly gives the service time for its last upload", () => {
  assertEquals(fly.kill_signal, "SIGTERM");
  const seconds = Number(/^(\d+)s$/.exec(fly.kill_timeout)?.[1]);
  assert(seconds > SHUTDOWN_SYNC_S && seconds <= 300, `${fly.kill_timeout}; Fly's limit is 300s`);
});

Deno.test("Fly runs one Machine, always, and never two writers during a deploy", () => {
  assertEquals(fly.http_service.auto_stop_machines, "off");
  assertEquals(fly.http_service.min_machines_running, 1);
  assert(["rolling", "immediate"].includes(fly.deploy.strategy), fly.deploy.strategy);
  assertMatch(read("fly.toml"), /fly deploy --ha=false/);
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
  const names = [fly.env, appJson.env, herokuYml.setup.config].flatMap((env) => Object.keys(env));
  for (const name of new Set(names)) {
    assert(
      files.filter(isProgram).some(({ text }) => new RegExp(`\\b${name}\\b`).test(text)),
      `${name} is read nowhere`,
    );
  }
});

function read(path: string): string {
  return Deno.readTextFileSync(`${PROJECT_ROOT}/${path}`);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(`${PROJECT_ROOT}/${path}`);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The variables that the image sets. */
function environment(): Map<string, string> {
  const pairs = inFinalStage(image, "ENV").join(" ").matchAll(/([A-Z_]+)=(\S+)/g);
  return new Map([...pairs].map(([, name = "", value = ""]) => [name, value]));
}

async function exitCode([program = "", ...args]: string[], port: number): Promise<number> {
  const probe = new Deno.Command(program, { args, env: { PORT: `${port}` }, stdout: "null", stderr: "null" });
  return (await probe.output()).code;
}
