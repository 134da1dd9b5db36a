import { assertEquals, assertStringIncludes } from "@std/assert";
import { REPLICATE_SETTINGS } from "../replicate/mod.ts";
import { SERVER_SETTINGS } from "../server/mod.ts";

const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));

Deno.test("the README's table of variables says what the program says", () => {
  const rows = readme.split("\n")
    .filter((line) => /^\| `[A-Z0-9_]+` /.test(line))
    .map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));
  const server = SERVER_SETTINGS.map(({ name, flag, default: value, meaning }) => [
    `\`${name}\``,
    flag === null ? "" : `\`${flag}\``,
    value === "" ? "" : `\`${value}\``,
    meaning,
  ]);
  const replicate = REPLICATE_SETTINGS.map(({ name, default: value, meaning }) => [`\`${name}\``, "", value, meaning]);
  assertEquals(rows, [...server, ...replicate]);
});

Deno.test("the README names the two commands that a newcomer needs", () => {
  for (const task of ["start", "test"]) assertStringIncludes(readme, `\nnpx --yes deno@2.9.6 task ${task}\n`);
});

Deno.test("the README's files are there", async () => {
  for (const [, path = ""] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
    await Deno.stat(new URL(`../${path}`, import.meta.url));
  }
});
