/**
 * What a command's argument means: a database of the configuration, or the URL of a replica.
 *
 * @module
 */

import { ReplicateError } from "../errors.ts";
import { configPath, readConfigFile } from "../litestream/config_file.ts";
import { absolutePath } from "../litestream/home_path.ts";
import {
  type DatabaseSource,
  type LitestreamConfig,
  replicaAt,
  replicaConfigOf,
  type ReplicaSource,
} from "../litestream/model.ts";
import type { ObjectStore } from "../object_store.ts";
import { openStore } from "../open_store.ts";
import type { RequestObserver } from "../s3/s3_request.ts";
import { parseReplicaUrl, redactUrl } from "../store_url.ts";
import { type Flags, UsageError } from "./flags.ts";
import type { Shell } from "./shell.ts";

/** A replica that can be asked. */
export interface OpenReplica {
  /** Its name. */
  readonly name: string;
  /** Its objects. */
  readonly store: ObjectStore;
}

/** What a replica is opened with. */
export interface ReplicaSurroundings extends Pick<Shell, "env" | "clock" | "random"> {
  /** Is told of every request to a bucket. Default: nobody is. */
  readonly onRequest?: RequestObserver;
}

/** What a command works on. */
export interface Subject {
  /** The database as the configuration has it; null for a replica that was named by its URL. */
  readonly database: DatabaseSource | null;
  /** The replicas that are meant: at least one. */
  readonly replicas: readonly OpenReplica[];
}

/** Whether an argument is a URL: as for Litestream, anything else is the path of a database. */
export function isUrl(argument: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(argument);
}

/**
 * Reads the configuration that the flags name.
 *
 * @param shell The world.
 * @param flags What was given.
 * @returns The configuration.
 * @throws {ReplicateError} `bad-config`.
 */
export function loadConfig({ env }: Pick<Shell, "env">, flags: Flags): Promise<LitestreamConfig> {
  const variables = flags.isOn("no-expand-env") ? "keep" : "expand";
  return readConfigFile(configPath(flags.text("config"), env), { env, variables });
}

/**
 * Opens a replica; nothing is asked of it yet.
 *
 * @param source The replica.
 * @param surroundings Credentials, time and randomness.
 * @returns Its name and its objects.
 * @throws {ReplicateError} `bad-config` when there are no credentials.
 */
export function openReplica(
  source: ReplicaSource,
  { env, clock, random, onRequest }: ReplicaSurroundings,
): OpenReplica {
  const options = { clock, random, ...onRequest === undefined ? {} : { onRequest } };
  return { name: source.name, store: openStore(replicaConfigOf(source, env), options) };
}

/**
 * Finds out what a command is to work on.
 *
 * @param shell The world.
 * @param flags What was given: one argument, `-config` for a database, and `-replica` to choose.
 * @returns The database if there is one, and the replicas.
 * @throws {UsageError} When the argument is missing, or does not go with the flags.
 * @throws {ReplicateError} `bad-config` when the configuration has no such database or replica.
 */
export async function findSubject(shell: Shell, flags: Flags): Promise<Subject> {
  const argument = flags.onlyArgument("the path of a database of the configuration, or one replica URL");
  const name = flags.text("replica");
  if (isUrl(argument)) {
    for (const flag of ["config", "replica"]) {
      if (flags.text(flag) === null) continue;
      throw new UsageError(`Cannot use -${flag} as "${redactUrl(argument)}" is a replica URL: give a database's path`);
    }
    return { database: null, replicas: [openReplica(replicaAt(parseReplicaUrl(argument)), shell)] };
  }
  const path = absolutePath(argument, shell.env);
  const { databases } = await loadConfig(shell, flags);
  const database = databases.find((candidate) => candidate.path === path);
  if (database === undefined) {
    const known = databases.map((candidate) => `"${candidate.path}"`).join(", ") || "none";
    throw new ReplicateError("bad-config", `Cannot find the database "${path}" in the configuration: it has ${known}`);
  }
  const meant = database.replicas.filter((replica) => name === null || replica.name === name);
  if (meant.length === 0) {
    const known = database.replicas.map((replica) => `"${replica.name}"`).join(", ") || "none";
    const which = name === null ? "a replica" : `the replica "${name}"`;
    throw new ReplicateError("bad-config", `Cannot find ${which} of "${path}" in the configuration: it has ${known}`);
  }
  return { database, replicas: meant.map((source) => openReplica(source, shell)) };
}
