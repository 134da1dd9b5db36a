/**
 * Command-line flags in the style of Go, as LogPaste has them: `-title Pastes`, `-title=Pastes`, `--title Pastes`.
 *
 * @module
 */

/** How flags are read. */
export interface FlagOptions {
  /** The flags that there are, each with one dash. */
  readonly known: readonly string[];
  /** Those that may stand without a value, which means yes. */
  readonly switches: readonly string[];
}

/** What stands on a command line. */
export interface Flags {
  /** The values by flag, each flag with one dash; the last one wins. */
  readonly values: ReadonlyMap<string, string>;
  /** Whether help was asked for. */
  readonly help: boolean;
  /** Everything that cannot be read. */
  readonly problems: readonly string[];
}

/** What a switch may be followed by. Anything else begins the next flag. */
const SWITCH_VALUE = /^(?:y|yes|n|no|true|false|t|f|1|0)$/i;

/**
 * Reads the flags.
 *
 * @param args The command line, without the program.
 * @param options The flags that there are.
 * @returns The values, and every problem at once.
 */
export function parseFlags(args: readonly string[], options: FlagOptions): Flags {
  const values = new Map<string, string>();
  const problems: string[] = [];
  let help = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    const match = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(arg);
    if (!match) {
      problems.push(`Cannot read the argument ${JSON.stringify(arg)} as only flags are expected`);
      continue;
    }
    const flag = `-${match[1]}`;
    const next = args[i + 1];
    if (flag === "-h" || flag === "-help") help = true;
    else if (!options.known.includes(flag)) problems.push(`Cannot read the flag "${flag}" as there is no such flag`);
    else if (match[2] !== undefined) values.set(flag, match[2]);
    else if (!options.switches.includes(flag)) {
      i++;
      if (next === undefined) problems.push(`Cannot read the flag "${flag}" as it must be followed by a value`);
      else values.set(flag, next);
    } else {
      const separate = next !== undefined && SWITCH_VALUE.test(next);
      values.set(flag, separate ? next : "y");
      if (separate) i++;
    }
  }
  return { values, help, problems };
}
