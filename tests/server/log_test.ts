import { assertEquals, assertFalse } from "@std/assert";

/** A process of its own: its standard error is what is tested. */
async function logged(script: string): Promise<readonly string[]> {
  const source = `import { configureLog, logEvent } from ${
    JSON.stringify(import.meta.resolve("../../server/log.ts"))
  };\n`;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--config", config, `data:text/typescript,${encodeURIComponent(source + script)}`],
    stdout: "piped",
    stderr: "piped",
  });
  const { stdout, stderr, code } = await command.output();
  assertEquals([code, new TextDecoder().decode(stdout)], [0, ""]);
  return new TextDecoder().decode(stderr).split("\n").filter((line) => line.startsWith("{"));
}

Deno.test("logEvent() writes one JSON line with its fields, when the level is high enough", async () => {
  const lines = await logged(`
    logEvent("error", "Too early");
    configureLog("info");
    logEvent("debug", "Too low");
    logEvent("info", "Listening on {port}", { port: 3001, text: 'a "b"\\n' });
    logEvent("warning", "Second");`);
  const records = lines.map((line) => JSON.parse(line));
  assertEquals(records.map(({ level, message }) => [level, message]), [["INFO", "Listening on 3001"], [
    "WARN",
    "Second",
  ]]);
  assertEquals([records[0].port, records[0].text], [3001, 'a "b"\n']);
  assertFalse(Number.isNaN(Date.parse(records[0]["@timestamp"])));
});
