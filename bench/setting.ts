/**
 * What the rows have in common: a folder, contents, services, and a bucket.
 *
 * @module
 */

import { gatewayPlace, MISSING_GATEWAY_VARIABLES, serverEnv } from "../tests/support/s3_environment.ts";
import { S3Server } from "../tests/support/s3_server.ts";
import { type Environment, ServiceProcess } from "../tests/support/service_process.ts";
import { BucketProxy } from "./bucket_proxy.ts";
import type { RowResult } from "./report.ts";
import { type Content, writePool } from "./content.ts";

/** How much is measured, and where. */
export interface Setting {
  /** How many turns each contestant has. */
  readonly rounds: number;
  /** How long a turn is, in seconds. */
  readonly seconds: number;
  /** The share of the promised sizes that is used: 1, or less for a trial. */
  readonly scale: number;
  /** A folder on the disk that is measured. */
  readonly folder: string;
  /** Another paste service, by its URL without a final slash; null for none. */
  readonly peer: string | null;
}

/** Something to measure. */
export interface Row {
  /** What it is called on the command line and in the table. */
  readonly name: string;
  /** What it does, in one line. */
  readonly what: string;
  /** Measures. */
  measure(setting: Setting): Promise<RowResult["figures"]>;
}

/** A bucket behind a proxy. */
export interface Bucket extends AsyncDisposable {
  /** The variables that have a service replicate to it. */
  readonly env: Environment;
  /** What went to it. */
  readonly proxy: BucketProxy;
}

/** How long a service may restore before it is given up, as looks of 50 ms: ten minutes. */
const PATIENCE = { pauseMs: 50, tries: 12_000 };

/**
 * The file that pastes are cut from; made once.
 *
 * @param setting Where.
 * @param content What kind.
 * @returns The file's path.
 */
export async function pool({ folder }: Setting, content: Content): Promise<string> {
  const path = `${folder}/pools`;
  await Deno.mkdir(path, { recursive: true });
  const known = await Deno.stat(`${path}/${content}`).catch(() => null);
  return known === null ? await writePool(content, path) : `${path}/${content}`;
}

/**
 * Makes an empty folder.
 *
 * @param setting Where.
 * @returns Its path.
 */
export function newFolder({ folder }: Setting): Promise<string> {
  return Deno.makeTempDir({ dir: folder });
}

/**
 * Starts a service with a database of its own, and waits until it is ready.
 *
 * @param setting Where.
 * @param env What it is told beyond that. Default: a folder as its replica.
 * @returns The service; it ends with the scope.
 */
export async function startService(setting: Setting, env: Environment = {}): Promise<ServiceProcess> {
  const service = await ServiceProcess.start({
    DB_PATH: `${await newFolder(setting)}/store.db`,
    ...env,
  });
  await service.untilReadiness("it is ready", ({ ready }) => ready, PATIENCE);
  return service;
}

/**
 * Takes a place in a bucket: the real S3 server's when there is one, else that of a server in this process.
 *
 * @param delayMs How much further away it is to be.
 * @returns The bucket; its objects are removed with the scope.
 */
export async function openBucket(delayMs: number): Promise<Bucket> {
  const stack = new AsyncDisposableStack();
  const env = MISSING_GATEWAY_VARIABLES.length === 0
    ? stack.use(gatewayPlace()).env
    : serverEnv(stack.use(await S3Server.start()));
  const proxy = stack.use(BucketProxy.start(env["LITESTREAM_S3_ENDPOINT"] ?? "", delayMs));
  return {
    env: { ...env, LITESTREAM_S3_ENDPOINT: proxy.endpoint },
    proxy,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/**
 * Uploads a paste.
 *
 * @param url The service's URL, without a final slash.
 * @param body The bytes.
 * @returns The paste's path.
 * @throws {Error} When it is refused.
 */
export async function upload(url: string, body: BodyInit): Promise<string> {
  const response = await fetch(`${url}/`, { method: "PUT", body, headers: { "Content-Type": "text/plain" } });
  const text = await response.text();
  if (!response.ok) throw new Error(`Cannot upload to ${url}: ${response.status} ${text}`);
  const { id } = JSON.parse(text) as { id: string };
  return `/${id}`;
}
