/**
 * An existing `litestream.yml`, read as it is.
 *
 * @module
 */

import { parse as parseYaml } from "@std/yaml";
import { type Environment, RETENTION_MS_MIN } from "../config.ts";
import { ReplicateError } from "../errors.ts";
import { formatReplicaUrl } from "../store_url.ts";
import { expandEnv } from "./expand_env.ts";
import { absolutePath } from "./home_path.ts";
import { type ListenAddress, parseListenAddress } from "./listen_address.ts";
import {
  type DatabaseSource,
  DEFAULT_LOGGING,
  LITESTREAM_SETTINGS,
  type LitestreamConfig,
  type ReplicaSource,
} from "./model.ts";
import { readReplica } from "./read_replica.ts";
import { configSchema, describeIssues, problemAt, type RawConfig, type RawDatabase, withoutEmpty } from "./schema.ts";

/** Where Litestream looks for its configuration. */
const DEFAULT_PATH = "/etc/litestream.yml";

/** What a configuration is read with. */
export interface ConfigOptions {
  /** The variables. */
  readonly env: Environment;
  /** What happens to variables in the text. */
  readonly variables: "expand" | "keep";
}

/**
 * Where the configuration is.
 *
 * @param path What was asked for, or null.
 * @param env Has `LITESTREAM_CONFIG`.
 * @returns The path.
 */
export function configPath(path: string | null, env: Environment): string {
  return path ?? (env["LITESTREAM_CONFIG"] || DEFAULT_PATH);
}

/**
 * Reads a configuration.
 *
 * @param path Where it is.
 * @param options The environment, and whether its variables are put into the text.
 * @returns The configuration.
 * @throws {ReplicateError} `bad-config` when there is no such file, and with every problem that it has, each with its
 * place in the document.
 */
export async function readConfigFile(path: string, options: ConfigOptions): Promise<LitestreamConfig> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    const what = cause instanceof Deno.errors.NotFound ? "there is none" : "it cannot be read";
    throw new ReplicateError("bad-config", `Cannot read the configuration "${path}" as ${what}`, { cause });
  }
  return parseConfig(text, { ...options, path });
}

/**
 * Reads a configuration's text.
 *
 * @param text The YAML.
 * @param options As for {@linkcode readConfigFile}, and the path for messages.
 * @returns The configuration.
 * @throws {ReplicateError} `bad-config`, with every problem.
 */
export function parseConfig(text: string, options: ConfigOptions & { readonly path: string }): LitestreamConfig {
  const problems: string[] = [];
  const config = build(text, options, problems);
  if (config !== null && problems.length === 0) return config;
  const list = problems.map((problem) => `\n  ${problem}`).join("");
  throw new ReplicateError("bad-config", `Cannot use the configuration "${options.path}":${list}`);
}

function build(text: string, { env, variables }: ConfigOptions, problems: string[]): LitestreamConfig | null {
  let document: unknown;
  try {
    document = parseYaml(variables === "expand" ? expandEnv(text, env) : text);
  } catch (error) {
    // The parser's message goes on with an excerpt, which may hold a secret.
    const [what = ""] = String(error instanceof Error ? error.message : error).split("\n");
    problems.push(`it is no YAML: ${what.replace(/:$/, "")}`);
    return null;
  }
  const parsed = configSchema.safeParse(withoutEmpty(document ?? {}));
  if (!parsed.success) {
    problems.push(...describeIssues(parsed.error.issues));
    return null;
  }
  const raw = parsed.data;
  const databases = (raw.dbs ?? []).map((database, i) =>
    readDatabase(database, { raw, env, problems, place: ["dbs", i] })
  );
  refuseShared(databases, problems);
  const logging = raw.logging ?? {};
  return {
    addr: readAddress(raw, problems),
    exec: raw.exec ?? null,
    logging: {
      level: logging.level ?? DEFAULT_LOGGING.level,
      type: logging.type ?? DEFAULT_LOGGING.type,
      stream: logging.stderr ? "stderr" : "stdout",
    },
    databases,
    notices: noticesOf(raw),
  };
}

function readAddress({ addr }: RawConfig, problems: string[]): ListenAddress | null {
  const address = addr === undefined ? null : parseListenAddress(addr);
  if (addr !== undefined && address === null) {
    problems.push(problemAt(["addr"], `it must be an address and a port, such as "127.0.0.1:9090" or ":9090"`));
  }
  return address;
}

interface DatabaseSurroundings {
  readonly raw: RawConfig;
  readonly env: Environment;
  readonly problems: string[];
  readonly place: readonly (string | number)[];
}

function readDatabase(database: RawDatabase, { raw, env, problems, place }: DatabaseSurroundings): DatabaseSource {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(database.path)) {
    problems.push(problemAt([...place, "path"], "it must be the path of a database, not a URL"));
  }
  const replicas = (database.replicas ?? []).flatMap((replica, i) => {
    const refuse = (key: string | null, problem: string): void => {
      problems.push(problemAt([...place, "replicas", i, ...key === null ? [] : [key]], problem));
    };
    return readReplica(replica, { credentials: raw, env, refuse }) ?? [];
  });
  refuseDuplicateNames(replicas, { place, problems });
  const metaPath = database["meta-path"];
  return {
    path: absolutePath(database.path, env),
    metaPath: metaPath === undefined ? null : absolutePath(metaPath, env),
    settings: {
      ...LITESTREAM_SETTINGS,
      monitorIntervalMs: database["monitor-interval"] ?? LITESTREAM_SETTINGS.monitorIntervalMs,
      checkpointIntervalMs: database["checkpoint-interval"] ?? LITESTREAM_SETTINGS.checkpointIntervalMs,
      minCheckpointPageCount: database["min-checkpoint-page-count"] ?? LITESTREAM_SETTINGS.minCheckpointPageCount,
    },
    replicas,
  };
}

function refuseDuplicateNames(
  replicas: readonly ReplicaSource[],
  { place, problems }: Pick<DatabaseSurroundings, "place" | "problems">,
): void {
  for (const name of duplicates(replicas.map(({ name }) => name))) {
    problems.push(problemAt([...place, "replicas"], `two of them are named "${name}": give each a "name" of its own`));
  }
}

/** Two writers on one replica would fence each other, and two on one database would fight for its WAL. */
function refuseShared(databases: readonly DatabaseSource[], problems: string[]): void {
  for (const path of duplicates(databases.map(({ path }) => path))) {
    problems.push(problemAt(["dbs"], `two of them have the path "${path}"`));
  }
  const urls = databases.flatMap(({ replicas }) => replicas.map(({ location }) => formatReplicaUrl(location)));
  for (const url of duplicates(urls)) problems.push(problemAt(["dbs"], `two replicas are at "${url}"`));
}

function duplicates(values: readonly string[]): Set<string> {
  return new Set(values.filter((value, i) => values.indexOf(value) !== i));
}

function noticesOf({ dbs = [] }: RawConfig): string[] {
  const notices: string[] = [];
  if (dbs.some((database) => database["max-checkpoint-page-count"] !== undefined)) {
    notices.push(
      "max-checkpoint-page-count has no effect: no checkpoint ever blocks the application's writers or readers",
    );
  }
  const replicas = dbs.flatMap((database) => database.replicas ?? []);
  if (replicas.some(({ retention = 0 }) => retention > 0 && retention < RETENTION_MS_MIN)) {
    notices.push("retention of less than 1h counts as 1h: a restore that has begun may need what is deleted earlier");
  }
  if (replicas.some((replica) => replica["retention-check-interval"] !== undefined)) {
    notices.push(
      "retention-check-interval has no effect: old objects are looked for after a snapshot, and at most once an hour",
    );
  }
  return notices;
}
