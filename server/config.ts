/**
 * The service's configuration, from environment variables and flags.
 *
 * @module
 */

import type { TrustProxy } from "./client_address.ts";
import { formatExpiry } from "./expiry.ts";
import { parseFlags } from "./flags.ts";
import { LOG_LEVELS, type LogLevel } from "./log.ts";
import {
  EXPIRY,
  MEMORY,
  parseSize,
  PER_MINUTE_LIMIT,
  type Reading,
  TOTAL_SIZE,
  TRUST_PROXY,
  UPLOAD_TOKENS,
} from "./setting_reading.ts";
import { SERVER_SETTINGS, type SettingName } from "./settings.ts";

/** Where to listen. */
export interface ListenAddress {
  /** The address; `0.0.0.0` for every interface. */
  readonly host: string;
  /** The port; 0 takes any free one. */
  readonly port: number;
}

/** How the service behaves. Frozen. */
export interface ServerConfig {
  /** Port to listen on; 0 takes any free one. */
  readonly port: number;
  /** Address to listen on. */
  readonly host: string;
  /** The SQLite file. */
  readonly databasePath: string;
  /** What links begin with, without a slash at the end; `null`: the request's host. */
  readonly baseUrl: string | null;
  /** Whether a proxy in front speaks HTTPS. */
  readonly behindProxy: boolean;
  /** Where metrics are to be had; `null`: nowhere. */
  readonly metricsAddress: ListenAddress | null;
  /** Whose word counts about a client's address; `null`: the one proxy's that `behindProxy` tells of, else nobody's. */
  readonly trustProxy: TrustProxy | null;
  /** The least important level that is logged. */
  readonly logLevel: LogLevel;
  /** Title of the site. */
  readonly title: string;
  /** Line below the title. */
  readonly subtitle: string;
  /** Footer of the upload page: HTML that the operator is trusted with. */
  readonly footer: string;
  /** Whether the upload page shows how to use curl. */
  readonly showDocs: boolean;
  /** The largest paste, in bytes, inclusive. */
  readonly maxBytes: number;
  /** How long a paste stays when nobody says, in milliseconds, within the maximum; `null` for ever. */
  readonly defaultExpiryMs: number | null;
  /** The longest that a paste may stay, in milliseconds; `null` for no limit. */
  readonly maxExpiryMs: number | null;
  /** The most memory for hot pastes, in bytes. */
  readonly cacheBytes: number;
  /** The most bytes that all pastes together may take; `null`: no bound. */
  readonly maxTotalBytes: number | null;
  /** How many pastes a client may send per minute; `null`: as many as it likes. */
  readonly perMinuteLimit: number | null;
  /** The tokens of which one is needed to send a paste; none: everybody may. */
  readonly uploadTokens: readonly string[];
  /** How long a request waits for its paste to be durable, in milliseconds. Not a setting. */
  readonly durabilityTimeoutMs: number;
  /** Whether help was asked for; nothing else counts then. */
  readonly help: boolean;
}

/** The configuration cannot be read; {@linkcode ServerConfigError.problems} has all the reasons. */
export class ServerConfigError extends Error {
  /** Every problem: the variable or flag, what it must be, what it is. */
  readonly problems: readonly string[];

  /**
   * Collects problems into one error; its message has one per line.
   *
   * @param problems Every problem, at least one.
   */
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "ServerConfigError";
    this.problems = problems;
  }
}

const DURABILITY_TIMEOUT_MS = 10_000;

/** SQLite's own limit is a gigabyte, and a paste is held in memory more than once. */
const LARGEST_MAX_BYTES = 512 * 1024 * 1024;

const PORT: Reading<number> = {
  wish: "a number from 0 to 65535",
  parse: (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined,
};

const ADDRESS: Reading<ListenAddress | null> = {
  wish: 'an address and a port such as "127.0.0.1:9090", or a port alone such as ":9090"',
  parse: (text) => {
    if (text === "") return null;
    const [, host = "", digits = ""] = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s/]*):(\d{1,5})$/.exec(text) ?? [];
    if (digits === "" || Number(digits) > 65_535) return undefined;
    return { host: host.replace(/^\[|\]$/g, "") || "0.0.0.0", port: Number(digits) };
  },
};

const SIZE: Reading<number> = {
  wish: `a size from 1 to ${LARGEST_MAX_BYTES} bytes such as "2097152" or "2MiB"`,
  parse: (text) => parseSize(text, { min: 1, max: LARGEST_MAX_BYTES }),
};

const YES_OR_NO: Reading<boolean> = {
  wish: '"y" or "n"',
  parse: (text) => /^(?:y|yes|t|true|1)$/i.test(text) ? true : /^(?:n|no|f|false|0)$/i.test(text) ? false : undefined,
};

const LEVEL: Reading<LogLevel> = {
  wish: LOG_LEVELS.map((level) => `"${level}"`).join(" or "),
  parse: (text) => LOG_LEVELS.find((level) => level === text),
};

const BASE_URL: Reading<string | null> = {
  wish: 'an http or https URL such as "https://paste.example", without query, fragment and credentials',
  parse: (text) => {
    if (text === "") return null;
    const url = URL.parse(text);
    if (!url || !/^https?:$/.test(url.protocol) || /[?#@\s]/.test(text)) return undefined;
    return url.href.replace(/\/+$/, "");
  },
};

const NON_EMPTY: Reading<string> = { wish: "a text", parse: (text) => text === "" ? undefined : text };
const TEXT: Reading<string> = { wish: "a text", parse: (text) => text };

/**
 * Reads the configuration.
 *
 * @param env The environment.
 * @param args The command line, without the program; a flag goes before its variable.
 * @returns The configuration, frozen, defaults filled in.
 * @throws {ServerConfigError} When anything cannot be read, unless help was asked for.
 */
export function parseServerConfig(env: Readonly<Record<string, string>>, args: readonly string[]): ServerConfig {
  const flags = parseFlags(args, {
    known: SERVER_SETTINGS.flatMap(({ flag }) => flag ?? []),
    switches: ["-showdocs"],
  });
  const problems = [...flags.problems];
  const read = <T>(name: SettingName, { wish, parse, secret }: Reading<T>): T => {
    const given = findValue(name, env, flags.values);
    const value = parse(given.text);
    if (value !== undefined) return value;
    const current = secret ? "not shown" : JSON.stringify(given.text);
    problems.push(`Cannot read ${given.source} as it must be ${wish}: current value is ${current}`);
    const fallback = parse(given.default);
    if (fallback === undefined) throw new Error(`Invariant broken: the default of ${name} can be read`);
    return fallback;
  };
  const config: ServerConfig = {
    port: read("PORT", PORT),
    host: read("HOST", NON_EMPTY),
    databasePath: read("DB_PATH", NON_EMPTY),
    baseUrl: read("BASE_URL", BASE_URL),
    behindProxy: read("LP_BEHIND_PROXY", YES_OR_NO),
    metricsAddress: read("METRICS_ADDR", ADDRESS),
    trustProxy: read("TRUST_PROXY", TRUST_PROXY),
    logLevel: read("LOG_LEVEL", LEVEL),
    title: read("SITE_TITLE", TEXT),
    subtitle: read("SITE_SUBTITLE", TEXT),
    footer: read("SITE_FOOTER", TEXT),
    showDocs: read("SHOW_DOCUMENTATION", YES_OR_NO),
    maxBytes: read("MAX_SIZE", SIZE),
    ...readExpiryLimits(read, problems),
    cacheBytes: read("CACHE_BYTES", MEMORY),
    maxTotalBytes: read("MAX_TOTAL_BYTES", TOTAL_SIZE),
    perMinuteLimit: read("PER_MINUTE_LIMIT", PER_MINUTE_LIMIT),
    uploadTokens: read("UPLOAD_TOKENS", UPLOAD_TOKENS),
    durabilityTimeoutMs: DURABILITY_TIMEOUT_MS,
    help: flags.help,
  };
  if (problems.length > 0 && !flags.help) throw new ServerConfigError(problems);
  return Object.freeze(config);
}

function readExpiryLimits(
  read: (name: SettingName, reading: Reading<number | null>) => number | null,
  problems: string[],
): Pick<ServerConfig, "defaultExpiryMs" | "maxExpiryMs"> {
  const defaultExpiryMs = read("DEFAULT_EXPIRY", EXPIRY);
  const maxExpiryMs = read("MAX_EXPIRY", EXPIRY);
  if (maxExpiryMs === null || defaultExpiryMs !== null && defaultExpiryMs <= maxExpiryMs) {
    return { defaultExpiryMs, maxExpiryMs };
  }
  if (defaultExpiryMs !== null) {
    const [current, longest] = [formatExpiry(defaultExpiryMs), formatExpiry(maxExpiryMs)];
    problems.push(
      `Cannot read DEFAULT_EXPIRY as it must not be longer than MAX_EXPIRY, "${longest}": current value is "${current}"`,
    );
  }
  return { defaultExpiryMs: maxExpiryMs, maxExpiryMs };
}

interface GivenValue {
  /** The text to read. */
  readonly text: string;
  /** What to call it in a message. */
  readonly source: string;
  /** The setting's default. */
  readonly default: string;
}

function findValue(
  name: SettingName,
  env: Readonly<Record<string, string>>,
  flags: ReadonlyMap<string, string>,
): GivenValue {
  const setting = SERVER_SETTINGS.find((candidate) => candidate.name === name);
  if (!setting) throw new Error(`Invariant broken: ${name} is in the table`);
  const { flag, default: fallback } = setting;
  const flagged = flag === null ? undefined : flags.get(flag);
  if (flag !== null && flagged !== undefined) {
    // LogPaste counts in MiB.
    const text = flag === "-maxsize" && /^\d+$/.test(flagged) ? `${flagged}MiB` : flagged;
    return { text, source: `the flag "${flag}"`, default: fallback };
  }
  return { text: env[name] || fallback, source: name, default: fallback };
}
