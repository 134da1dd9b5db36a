/** The manual, `docs/replicate.md`: its tables are the program's, and its commands run as they stand there. */

import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import { COMMANDS } from "../../replicate/commands/run.ts";
import { splitWords } from "../../replicate/commands/shell_words.ts";
import { ReplicateError } from "../../replicate/errors.ts";
import { parseConfig } from "../../replicate/litestream/config_file.ts";
import { configSchema } from "../../replicate/litestream/schema.ts";
import { CliProcess } from "../support/cli_process.ts";
import { withFolder } from "../support/replicator_fixture.ts";
import { runScript } from "../support/service_process.ts";

const manual = await Deno.readTextFile(new URL("../../docs/replicate.md", import.meta.url));

/** The cells of all rows whose first cell begins with code, in a part of the manual. */
function rowsOf(part: string): string[][] {
  return part.split("\n").filter((line) => /^\| (type )?`/.test(line))
    .map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));
}

/** The blocks of one language. */
function blocksOf(language: string): string[] {
  return [...manual.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);
}

Deno.test("the manual has every command with its summary and its flags, as the help says them", () => {
  const [, ...parts] = (manual.split("\n## Commands\n")[1] ?? "").split("\n## ")[0]?.split("\n### ") ?? [];
  assertEquals(parts.map((part) => part.split("\n")[0]), COMMANDS.map(({ name }) => name));
  for (const [i, { name, summary, flags }] of COMMANDS.entries()) {
    const part = parts[i] ?? "";
    assertStringIncludes(part, `${summary}.`);
    const rows = rowsOf(part).filter(([first]) => first?.startsWith("`-"));
    const expected = flags.map((
      flag,
    ) => [`\`-${flag.name}${flag.value === null ? "" : ` ${flag.value}`}\``, flag.help]);
    assertEquals(rows, expected, name);
  }
});

Deno.test("the manual has every key of litestream.yml, and what it says is refused is refused", () => {
  const part = manual.split("\n## litestream.yml\n")[1] ?? "";
  const keys = rowsOf(part).filter((row) => row.length === 4).map(([key = ""]) => key.slice(1, -1));
  const database = configSchema.shape.dbs.unwrap().element;
  const replica = database.shape.replicas.unwrap().element;
  const shapes = [configSchema, configSchema.shape.logging.unwrap(), database, replica];
  assertEquals(new Set(keys), new Set(shapes.flatMap((schema) => Object.keys(schema.shape))));
  const names = rowsOf(part).filter((row) => row.length === 2).flatMap((
    [cell = ""],
  ) => [...cell.matchAll(/(type )?`([^`]+)`/g)]);
  assertEquals(names.length, 15);
  for (const [whole, isType, name] of names) {
    const keyed = isType === undefined ? `path: /r, ${name}: x` : `type: ${name}`;
    const text = `dbs: [{path: /a.db, replicas: [{${keyed}}]}]`;
    const read = (): unknown => parseConfig(text, { env: {}, variables: "keep", path: "litestream.yml" });
    const { message } = assertThrows(read, ReplicateError, isType === undefined ? `.${name}: ` : ".type: ", whole);
    assertFalse(message.includes("no such key"), message);
  }
});

Deno.test("the manual's configuration is one", () => {
  const env = { BACKUP_BUCKET: "backups", BACKUP_KEY_ID: "id", BACKUP_SECRET: "a #secret" };
  const [text = ""] = blocksOf("yaml");
  const { databases } = parseConfig(text, { env, variables: "expand", path: "litestream.yml" });
  assertEquals(databases[0]?.replicas.map(({ name, location }) => [name, location.type]), [["file", "file"], [
    "offsite",
    "s3",
  ]]);
  assertEquals(databases[0]?.replicas[1]?.credentials["LITESTREAM_SECRET_ACCESS_KEY"], "a #secret");
});

Deno.test("the manual's commands run one after the other", async () => {
  await withFolder(async (folder) => {
    // By another process: the library may close a connection of ours later, as the last one, which deletes the WAL.
    const sql = "PRAGMA journal_mode = WAL; CREATE TABLE item (id);";
    assert((await new Deno.Command("sqlite3", { args: [`${folder}/app.db`, sql] }).output()).success);
    const config = `dbs: [{path: ${folder}/app.db, replicas: [{path: ${folder}/replica}]}]`;
    await Deno.writeTextFile(`${folder}/litestream.yml`, config);
    const lines = blocksOf("sh").flatMap((text) => text.split("\n")).filter((line) => line.startsWith("replicate "));
    const used = new Set<string>();
    for (const line of lines) {
      const [, ...args] = splitWords(line.replaceAll("/data/", `${folder}/`));
      used.add(args[0] ?? "");
      const endsByItself = args[0] !== "replicate" || args.includes("-once") || args.includes("-exec");
      if (endsByItself) {
        const { code, stdout, stderr } = await runScript("replicate/cli.ts", args);
        assertEquals(code, 0, `${line}\n${stdout}\n${stderr}`);
        continue;
      }
      await using command = CliProcess.start(args);
      await command.says("Replication resumed where it was");
      command.signal("SIGTERM");
      assertEquals(await command.end(), 0, command.output);
    }
    assertEquals(used, new Set(COMMANDS.map(({ name }) => name)));
    assert(await Deno.stat(`${folder}/restored.db`));
  });
});
