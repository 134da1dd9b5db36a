/** What `docker build` reads; `.ci/image` builds and runs it. */

import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { inFinalStage, parseDockerfile, parseExecForm } from "./support/dockerfile.ts";
import { findImports } from "./support/import_graph.ts";
import { projectFileExists, readProjectFile } from "./support/project_file.ts";
import { isProgram, readSourceTree } from "./support/source_tree.ts";

const files = await readSourceTree();
const dockerfile = readProjectFile("Dockerfile");
const image = parseDockerfile(dockerfile);
const entryPoint = parseExecForm(inFinalStage(image, "ENTRYPOINT").at(-1)) ?? [];
const removed = image.filter(({ text }) => text.includes("rm -rf")).map(({ text }) => text).join(" ");

Deno.test("the image runs without root, under a number that Kubernetes can judge", () => {
  const [user = ""] = inFinalStage(image, "USER").slice(-1);
  assertMatch(user, /^[1-9]\d*:[1-9]\d*$/);
});

Deno.test("the image runs under any user id: everyone may read the program and write beside the database", () => {
  const folder = environment().get("DB_PATH")?.replace(/\/[^/]*$/, "");
  const [, source, target] = /^--from=build (\S+) (\S+)$/.exec(inFinalStage(image, "COPY")[0] ?? "") ?? [];
  assertEquals(target, "/");
  const built = image.filter(({ keyword, stage }) => keyword === "RUN" && stage === 0).map(({ text }) => text);
  assert(built.some((run) => run.includes(`install -d -m 1777 ${source}${folder}`)));
  assert(built.some((run) => run.includes("chmod -R a+rX .")));
});

Deno.test("SIGTERM reaches the service: no shell stands before it, and Deno is process 1", () => {
  assertEquals(entryPoint.slice(0, 2), ["/bin/deno", "run"]);
  assertEquals(parseExecForm(inFinalStage(image, "CMD").at(-1)), ["main.ts"]);
  assertEquals(inFinalStage(image, "STOPSIGNAL"), ["SIGTERM"]);
});

Deno.test("the image's last stage needs no shell, for its base has none", () => {
  assertMatch(inFinalStage(image, "FROM")[0] ?? "", /:distroless-/);
  assertEquals(inFinalStage(image, "RUN"), []);
});

Deno.test("the image's health check waits for the start, and asks the port that the service listens on", () => {
  const [, options = ""] = /^(.*?)\s*CMD\s+/.exec(inFinalStage(image, "HEALTHCHECK").at(-1) ?? "") ?? [];
  assertMatch(options, /--start-period=\d+s/);
  assertEquals(inFinalStage(image, "EXPOSE"), [environment().get("PORT")]);
});

Deno.test("the image's health check succeeds on 200, and fails on 503 and when nobody listens", async () => {
  const [program, ...args] = parseExecForm(/CMD\s+(.*)$/.exec(inFinalStage(image, "HEALTHCHECK").at(-1) ?? "")?.[1]) ??
    [];
  assertEquals(program, entryPoint[0]);
  let status = 200;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, ({ url }) => {
    return new Response("", { status: new URL(url).pathname === "/healthz" ? status : 404 });
  });
  assertEquals(await denoExitCode(args, server.addr.port), 0);
  status = 503;
  assertEquals(await denoExitCode(args, server.addr.port), 1);
  await server.shutdown();
  assertEquals(await denoExitCode(args, server.addr.port), 1);
});

Deno.test("the image has the Deno that the tests run with, pinned", () => {
  const version = /^DENO_VERSION=(\d+\.\d+\.\d+)$/.exec(image.find(({ keyword }) => keyword === "ARG")?.text ?? "")
    ?.[1];
  assertEquals(/deno@(\d+\.\d+\.\d+)/.exec(readProjectFile(".ci/run"))?.[1], version);
  const bases = image.filter(({ keyword }) => keyword === "FROM").map(({ text }) => text.replace(/ AS .*/, ""));
  assertEquals(bases, ["denoland/deno:debian-${DENO_VERSION}", "denoland/deno:distroless-${DENO_VERSION}"]);
});

Deno.test("the image holds what the lock names, and nothing is fetched when it starts", () => {
  assert(image.some(({ keyword, text }) => keyword === "RUN" && text.startsWith("deno ci ")));
  for (const flag of ["--frozen", "--cached-only", "--node-modules-dir=manual"]) {
    assert(entryPoint.includes(flag), flag);
  }
});

Deno.test("the image keeps every package that the service imports, and leaves out those that only tests import", () => {
  const { imports } = JSON.parse(readProjectFile("deno.json")) as { imports: Record<string, string> };
  const packages = findImports(files.filter(isProgram)).filter(({ file }) => file === undefined);
  const used = new Set(packages.map(({ specifier }) => npmName(imports, specifier)));
  for (const target of Object.values(imports)) {
    const name = npmPackage(target).replace("/", "+");
    const pattern = new RegExp(`node_modules/\\.deno/${RegExp.escape(name)}@`);
    if (used.has(npmPackage(target))) assertNotMatch(removed, pattern, name);
    else assertMatch(removed, pattern, name);
  }
});

Deno.test("every file that the image copies exists, and the build is given it", () => {
  const ignore = readProjectFile(".dockerignore").split("\n");
  assert(ignore.includes("*"));
  for (const { text } of image.filter(({ keyword, text }) => keyword === "COPY" && !text.startsWith("--from="))) {
    for (const source of text.split(/\s+/).slice(0, -1)) {
      assert(projectFileExists(source), source);
      assert(ignore.includes(`!${source}`), `.dockerignore keeps ${source} out`);
    }
  }
});

Deno.test("the image allows no more than is explained, and never everything", () => {
  const allowed = entryPoint.filter((word) => word.startsWith("--allow-"));
  assert(allowed.length > 0);
  assert(entryPoint.includes("--no-prompt"));
  assert(!allowed.some((flag) => /^--allow-(all|run|import)/.test(flag)));
  for (const flag of allowed) {
    assert(dockerfile.includes(`# ${flag.replace(/[=,].*/, "")}`), `${flag} is not explained`);
  }
});

Deno.test("the image may write where its database is", () => {
  const flag = entryPoint.find((word) => word.startsWith("--allow-write="))?.slice("--allow-write=".length);
  assert(flag?.split(",").some((folder) => environment().get("DB_PATH")?.startsWith(`${folder}/`)), flag);
});

/** The variables that the image sets. */
function environment(): Map<string, string> {
  const pairs = inFinalStage(image, "ENV").join(" ").matchAll(/([A-Z_]+)=(\S+)/g);
  return new Map([...pairs].map(([, name = "", value = ""]) => [name, value]));
}

/** `npm:deno-std@^1.4.0/assert/mod.js` and `npm:/hono@^4.13.19/` to the package's name. */
function npmPackage(target: string): string {
  return /^npm:\/?((?:@[^/]+\/)?[^@/]+)@/.exec(target)?.[1] ?? target;
}

/** The package behind a name in the import map; other names, such as `node:path`, as they are. */
function npmName(imports: Record<string, string>, specifier: string): string {
  const prefix = Object.keys(imports).find((key) => key.endsWith("/") && specifier.startsWith(key));
  return npmPackage(imports[specifier] ?? imports[prefix ?? ""] ?? specifier);
}

async function denoExitCode(args: string[], port: number): Promise<number> {
  const probe = new Deno.Command(Deno.execPath(), { args, env: { PORT: `${port}` }, stdout: "null", stderr: "null" });
  return (await probe.output()).code;
}
