import { assert } from "@std/assert";
import { systemClock } from "../../replicate/clock.ts";
import { S3Store } from "../../replicate/s3/client.ts";
import { staticCredentials } from "../../replicate/s3/credentials.ts";
import { testObjectStoreContract } from "./object_store_contract.ts";

const NAMES = [
  "S3_TEST_ENDPOINT",
  "S3_TEST_BUCKET",
  "S3_TEST_REGION",
  "S3_TEST_ACCESS_KEY_ID",
  "S3_TEST_SECRET_ACCESS_KEY",
] as const;

const missing = NAMES.filter((name) => (Deno.env.get(name) ?? "") === "");

Deno.test("S3Store on a real server is tested when this is CI", () => {
  assert(
    Deno.env.get("CI") !== "true" || missing.length === 0,
    `CI must set ${missing.join(", ")}: .ci/s3-gateway start`,
  );
});

testObjectStoreContract("S3Store on a real server", () => {
  const [endpoint = "", bucket = "", region = "", accessKeyId = "", secretAccessKey = ""] = NAMES.map((name) =>
    Deno.env.get(name)
  );
  const store = new S3Store({
    bucket,
    // Every test has a place of its own, so that runs do not meet.
    prefix: `contract/${crypto.randomUUID()}`,
    endpoint,
    region,
    forcePathStyle: null,
    credentials: staticCredentials({ accessKeyId, secretAccessKey, sessionToken: null }),
    clock: systemClock,
    random: Math.random,
    requestTimeoutMs: 30_000,
    maxTries: 5,
  });
  const clean = async (): Promise<void> => {
    await store.delete((await Array.fromAsync(store.list(""))).map(({ key }) => key));
  };
  return Promise.resolve({ store, [Symbol.asyncDispose]: clean });
}, { ignore: missing.length > 0 });
