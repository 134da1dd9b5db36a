/** What the deployment pages and the systemd unit say, held against the code. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { REPLICATE_SETTINGS } from "../replicate/mod.ts";
import { SERVER_SETTINGS } from "../server/mod.ts";
import { inFinalStage, parseDockerfile, parseExecForm } from "./support/dockerfile.ts";
import { projectFileExists, readProjectFile } from "./support/project_file.ts";
import { readSourceTree } from "./support/source_tree.ts";

const pages = (await readSourceTree()).filter(({ path }) => /^docs\/(deployment\/.+|migration)\.md$/.test(path));
const unit = readProjectFile("docs/deployment/pastestream.service").replaceAll("\\\n", "");

/** How long the last upload may take once SIGTERM came. */
const SHUTDOWN_SYNC_S = 30;

Deno.test("there is a page for each platform", () => {
  const names = pages.map(({ path }) => /^docs\/deployment\/(.+)\.md$/.exec(path)?.[1]).filter((name) => name);
  assertEquals(names.sort(), ["cloud-run", "docker", "fly", "heroku", "lightsail", "systemd"]);
});

Deno.test("every page ends with a line that uploads a paste and reads it back", () => {
  for (const { path, text } of pages) {
    const [, line = ""] = /\n## Smoke test\n\n```sh\n(.*)\n```\n$/.exec(text) ?? [];
    assertMatch(line, /^curl -fsS "\$\(echo hello \| curl -fsS -F '_=<-' .+\)"$/, path);
  }
});

Deno.test("every variable that the pages name is one that the service reads", () => {
  const known = new Set<string>(SERVER_SETTINGS.map(({ name }) => name));
  for (const { name, default: fallback } of REPLICATE_SETTINGS) {
    for (const [word] of `${name} ${fallback}`.matchAll(/[A-Z][A-Z0-9_]+/g)) known.add(word);
  }
  for (const { path, text } of pages) {
    for (const [name] of text.matchAll(/\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b/g)) assert(known.has(name), `${path}: ${name}`);
  }
});

Deno.test("every flag of the service that the pages name is one that it knows", () => {
  const known = new Set<string | null>(SERVER_SETTINGS.map(({ flag }) => flag));
  for (const { path, text } of pages) {
    const named = [...text.matchAll(/`(-[a-z]{3,})`|main\.ts (-[a-z]+)/g)].map(([, quoted, given]) => quoted ?? given);
    for (const flag of named) assert(known.has(flag ?? null), `${path}: ${flag}`);
  }
});

Deno.test("the pages' ports are the one that the service listens on", () => {
  const port = SERVER_SETTINGS.find(({ name }) => name === "PORT")?.default;
  for (const { path, text } of pages) {
    const named = text.matchAll(/localhost:(\d+)|\b\d+:(\d+)\b|"containerPort": (\d+)|"(\d+)": "HTTP"/g);
    for (const [all, ...ports] of named) assertEquals(ports.find((one) => one), port, `${path}: ${all}`);
  }
});

Deno.test("the files that the pages lead to are there", () => {
  for (const { path, text } of pages) {
    const folder = path.replace(/[^/]*$/, "");
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      assert(projectFileExists(folder + target), `${path}: ${target}`);
    }
  }
});

Deno.test("the README leads to every page", () => {
  const readme = readProjectFile("README.md");
  for (const { path } of pages) assert(readme.includes(`](${path})`), path);
});

Deno.test("the systemd unit allows the service what the image does, below its own folders", () => {
  const started = setting("ExecStart").at(-1)?.split(/\s+/).slice(1) ?? [];
  const image = parseExecForm(inFinalStage(parseDockerfile(readProjectFile("Dockerfile")), "ENTRYPOINT").at(-1)) ?? [];
  const withoutFolders = (words: string[]) => words.map((word) => word.replace(/=\/.*/, ""));
  assertEquals(withoutFolders(started), [...withoutFolders(image.slice(1)), "main.ts"]);
  const database = /DB_PATH=(\S+)/.exec(setting("Environment").join(" "))?.[1] ?? "";
  const writable = started.find((word) => word.startsWith("--allow-write="))?.slice("--allow-write=".length).split(",");
  assert(writable?.some((folder) => database.startsWith(`${folder}/`)));
  assertMatch(database, new RegExp(`^/var/lib/${setting("StateDirectory")[0]}/`));
});

Deno.test("systemd gives the service time for its last upload, and never restarts one that ended well", () => {
  assertEquals(setting("KillSignal"), ["SIGTERM"]);
  assert(Number(setting("TimeoutStopSec")[0]) > SHUTDOWN_SYNC_S);
  assertEquals(setting("Restart"), ["on-failure"]);
});

/** The values of one of the unit's settings. */
function setting(name: string): string[] {
  return [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value = ""]) => value.trim());
}
