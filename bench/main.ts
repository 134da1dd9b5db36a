// deno-lint-ignore-file no-console -- printing is what this program does
/**
 * `deno task bench`: measures, prints a table, and writes JSON. README.md beside this file says how to read it.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { countMissed, formatJson, formatTable, type RowResult, type RunFacts } from "./report.ts";
import { chooseRows, ROWS } from "./rows.ts";
import type { Row, Setting } from "./setting.ts";

const USAGE = `Usage: deno task bench [options] [ROW…]

Measures rows, all of them without a name; a name means every row that begins with it.

  --list          names the rows
  --rounds=N      turns of each contestant (5)
  --seconds=N     how long a turn is (5)
  --scale=N       the share of all sizes and counts that is used, up to 1; less than 1 is a trial (1)
  --peer=URL      a second paste service that takes turns in the rows of PUT and GET
  --dir=PATH      where the databases are: on the disk that is meant (the system's temporary folder)
  --out=PATH      where the JSON goes (bench.json in the folder where you are)
`;

/** What the command line asks for. */
interface Options {
  readonly rows: readonly Row[];
  readonly setting: Omit<Setting, "folder">;
  readonly folder: string | undefined;
  readonly out: string;
}

function parseOptions(args: readonly string[]): Options | "help" | "list" {
  const flags = parseArgs([...args], {
    boolean: ["help", "list"],
    string: ["rounds", "seconds", "scale", "peer", "dir", "out"],
    default: { rounds: "5", seconds: "5", scale: "1", out: "bench.json" },
  });
  if (flags["help"]) return "help";
  if (flags["list"]) return "list";
  const number = (name: string) => {
    const value = Number(flags[name]);
    if (value > 0) return value;
    throw new Error(`Cannot read --${name} as it must be a number above 0: current value is "${flags[name]}"`);
  };
  const peer = flags["peer"] === undefined ? null : String(flags["peer"]).replace(/\/$/, "");
  return {
    rows: chooseRows(ROWS, flags["_"].map(String)),
    setting: {
      rounds: Math.ceil(number("rounds")),
      seconds: Math.ceil(number("seconds")),
      scale: Math.min(1, number("scale")),
      peer,
    },
    folder: flags["dir"] === undefined ? undefined : String(flags["dir"]),
    out: String(flags["out"]),
  };
}

async function measure(row: Row, setting: Setting): Promise<RowResult> {
  const { name, what } = row;
  console.error(`${name}: ${what}`);
  try {
    return { row: name, what, figures: await row.measure(setting), error: null };
  } catch (error) {
    return { row: name, what, figures: [], error: error instanceof Error ? error.message : String(error) };
  }
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === "help") return console.log(USAGE), 0;
  if (options === "list") return ROWS.forEach(({ name, what }) => console.log(`${name.padEnd(22)} ${what}`)), 0;
  const folder = await Deno.makeTempDir({
    prefix: "pastestream-bench-",
    ...(options.folder && { dir: options.folder }),
  });
  const { rounds, seconds } = options.setting;
  const facts: RunFacts = {
    startedAt: new Date().toISOString(),
    processors: navigator.hardwareConcurrency,
    deno: Deno.version.deno,
    rounds,
    seconds,
  };
  const results: RowResult[] = [];
  try {
    for (const row of options.rows) {
      results.push(await measure(row, { ...options.setting, folder }));
      // After each row: a run that is broken off has measured something all the same.
      await Deno.writeTextFile(options.out, formatJson(facts, results));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  console.log(formatTable(results));
  return countMissed(results) === 0 ? 0 : 1;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : error}`);
    Deno.exit(2);
  }
}
