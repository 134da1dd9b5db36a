/**
 * The variables by which a service finds a bucket: that of the server in this process, or of a real one.
 *
 * @module
 */

import { systemClock } from "../../replicate/clock.ts";
import { S3Store } from "../../replicate/s3/client.ts";
import { staticCredentials } from "../../replicate/s3/credentials.ts";
import type { S3Server } from "./s3_server.ts";
import type { Environment } from "./service_process.ts";

/** A place in a bucket of its own, so that tests do not meet. */
export interface BucketPlace extends AsyncDisposable {
  /** The replica's URL. */
  readonly url: string;
  /** The objects there. */
  readonly store: S3Store;
  /** The variables that have a service replicate to it. */
  readonly env: Environment;
}

const NAMES = [
  "S3_TEST_ENDPOINT",
  "S3_TEST_BUCKET",
  "S3_TEST_REGION",
  "S3_TEST_ACCESS_KEY_ID",
  "S3_TEST_SECRET_ACCESS_KEY",
] as const;

/** Which of the variables are not set that say where a real S3 server is: with any of them, its tests are ignored. */
export const MISSING_GATEWAY_VARIABLES: readonly string[] = NAMES.filter((name) => !Deno.env.get(name));

/**
 * The variables for the server in this process.
 *
 * @param server The server.
 * @param path Where in its bucket.
 * @returns The variables.
 */
export function serverEnv(server: S3Server, path = "db"): Environment {
  const { region, accessKeyId, secretAccessKey } = server.signer;
  return bucketEnv({ url: `s3://${server.bucket}/${path}`, endpoint: server.endpoint, region }, {
    accessKeyId,
    secretAccessKey,
  });
}

/**
 * Takes a place in the real server's bucket, and empties it in the end.
 *
 * @returns The place.
 */
export function gatewayPlace(): BucketPlace {
  const [endpoint = "", bucket = "", region = "", accessKeyId = "", secretAccessKey = ""] = NAMES.map((name) =>
    Deno.env.get(name)
  );
  const prefix = `tests/${crypto.randomUUID()}`;
  const url = `s3://${bucket}/${prefix}`;
  const store = new S3Store({
    bucket,
    prefix,
    endpoint,
    region,
    forcePathStyle: null,
    credentials: staticCredentials({ accessKeyId, secretAccessKey, sessionToken: null }),
    clock: systemClock,
    random: Math.random,
    requestTimeoutMs: 30_000,
    maxTries: 5,
  });
  return {
    url,
    store,
    env: bucketEnv({ url, endpoint, region }, { accessKeyId, secretAccessKey }),
    [Symbol.asyncDispose]: async () => {
      await store.delete((await Array.fromAsync(store.list(""))).map(({ key }) => key));
    },
  };
}

/**
 * Writes a bucket's objects into a folder, which then is a replica too: as they are in this instant, whatever comes.
 *
 * @param server The server.
 * @param path Where in its bucket.
 * @param folder Where to.
 */
export async function copyObjects(server: S3Server, path: string, folder: string): Promise<void> {
  const objects = server.objects.keys().filter((key) => key.startsWith(`${path}/`)).map((key) => {
    return { name: key.slice(path.length + 1), bytes: server.objects.get(key)?.bytes ?? new Uint8Array() };
  });
  for (const { name, bytes } of objects) {
    const file = `${folder}/${name}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(file, bytes);
  }
}

function bucketEnv(
  { url, endpoint, region }: { readonly url: string; readonly endpoint: string; readonly region: string },
  { accessKeyId, secretAccessKey }: { readonly accessKeyId: string; readonly secretAccessKey: string },
): Environment {
  return {
    DB_REPLICA_URL: url,
    LITESTREAM_S3_ENDPOINT: endpoint,
    LITESTREAM_REGION: region,
    LITESTREAM_ACCESS_KEY_ID: accessKeyId,
    LITESTREAM_SECRET_ACCESS_KEY: secretAccessKey,
  };
}
