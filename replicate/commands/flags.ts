/**
 * Flags as Go's programs have them: `-name value`, `-name=value`, `--name`, before or after the arguments.
 *
 * @module
 */

/** A flag that a command takes. */
export interface FlagSpec {
  /** Its name, without dashes. */
  readonly name: string;
  /** What its value is called in the help; null for a switch. */
  readonly value: string | null;
  /** What it does. */
  readonly help: string;
}

/** The arguments make no sense; the message says what is wrong with them. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The words that Go takes for booleans. */
const SWITCHES: Readonly<Record<string, boolean>> = {
  "1": true,
  t: true,
  true: true,
  "0": false,
  f: false,
  false: false,
};

/** What was given on the command line. */
export class Flags {
  /** What is no flag, in order. */
  readonly args: readonly string[];
  readonly #values: ReadonlyMap<string, string>;

  /**
   * @param values The flags' values by name.
   * @param args The rest.
   */
  constructor(values: ReadonlyMap<string, string>, args: readonly string[]) {
    this.#values = values;
    this.args = args;
  }

  /** The value of a flag, or null. */
  text(name: string): string | null {
    return this.#values.get(name) || null;
  }

  /** Whether a switch is on. */
  isOn(name: string): boolean {
    return this.#values.get(name) === "true";
  }

  /**
   * The one argument that a command takes.
   *
   * @param what What it is.
   * @throws {UsageError} When there is none, or there are more.
   */
  onlyArgument(what: string): string {
    const [first, second] = this.args;
    if (first === undefined) throw new UsageError(`Cannot do that without ${what}`);
    if (second !== undefined) {
      throw new UsageError(`Cannot take "${second}" as there is "${first}" already: give ${what}`);
    }
    return first;
  }

  /** @throws {UsageError} When there is any argument. */
  noArguments(): void {
    const [first] = this.args;
    if (first !== undefined) throw new UsageError(`Cannot take "${first}" as the command has no arguments`);
  }
}

/**
 * Reads a command's arguments.
 *
 * @param specs The flags that there are.
 * @param args The arguments; behind `--` nothing is a flag.
 * @returns The flags' values and the rest.
 * @throws {UsageError} Naming the flag that there is not, or whose value is missing.
 */
export function parseFlags(specs: readonly FlagSpec[], args: readonly string[]): Flags {
  const values = new Map<string, string>();
  const positional: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") {
      positional.push(...args.slice(i + 1));
      break;
    }
    const [, name, inline] = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined && arg.startsWith("-")) throw new UsageError(`Unknown flag "${arg}"`);
    if (name === undefined) positional.push(arg);
    else {
      const spec = specs.find((candidate) => candidate.name === name);
      if (spec === undefined) throw new UsageError(`Unknown flag "-${name}"`);
      if (spec.value === null) values.set(name, String(parseSwitch(name, inline ?? "true")));
      else values.set(name, inline ?? args[++i] ?? missingValue(spec));
    }
  }
  return new Flags(values, positional);
}

function parseSwitch(name: string, text: string): boolean {
  const isOn = SWITCHES[text.toLowerCase()];
  if (isOn === undefined) {
    throw new UsageError(`Cannot read -${name} as it must be "true" or "false": current value is "${text}"`);
  }
  return isOn;
}

function missingValue({ name, value }: FlagSpec): never {
  throw new UsageError(`Cannot read -${name} as its value is missing: write -${name} ${value}`);
}
