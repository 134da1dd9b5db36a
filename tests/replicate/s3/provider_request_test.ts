/** What has gone wrong between others and S3 services before a request was even looked at: its payload, its host, its keys. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import { staticCredentials } from "../../../replicate/s3/credentials.ts";
import { CUSTOM, providerFor } from "../../../replicate/s3/providers.ts";
import { S3Server } from "../../support/s3_server.ts";
import { impatientClock, storeOn } from "../../support/s3_server_store.ts";

const BYTES = new TextEncoder().encode("content");

/** Sends what a careless client would. */
function changing(change: (init: RequestInit, headers: Headers) => void): typeof fetch {
  return (input, init = {}) => {
    const headers = new Headers(init.headers);
    const changed = { ...init, headers };
    change(changed, headers);
    return fetch(input, changed);
  };
}

Deno.test("hazard, DigitalOcean, Hetzner, Tigris: an unsigned payload is refused, and ours is signed", async () => {
  await using server = await S3Server.start();
  const unsigned = changing((_, headers) => headers.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD"));
  for (const host of ["fra1.digitaloceanspaces.com", "fsn1.your-objectstorage.com", "fly.storage.tigris.dev"]) {
    const provider = providerFor(host);
    assertEquals(await storeOn(server, { provider }).create(host, BYTES), "created");
    const error = await assertRejects(() => storeOn(server, { provider, fetch: unsigned }).create("k", BYTES));
    assert(error instanceof ReplicateError && error.code === "store-refused");
  }
});

Deno.test("hazard, Scaleway: a body of unknown length is answered 411, and ours has its length", async () => {
  await using server = await S3Server.start();
  const provider = providerFor("s3.fr-par.scw.cloud");
  assertEquals(await storeOn(server, { provider }).create("a", BYTES), "created");
  assertEquals(await storeOn(server, { provider }).create("empty", new Uint8Array(0)), "created");
  const streaming = changing((init) => init.body = new Blob([BYTES]).stream());
  await assertRejects(() => storeOn(server, { provider, fetch: streaming }).create("b", BYTES), ReplicateError);
  assertEquals(server.requests.map(({ status, headers }) => [status, headers["content-length"]]), [
    [200, "7"],
    [200, "0"],
    [411, undefined],
  ]);
});

Deno.test("hazard, Supabase, Filebase, Linode and others: the bucket's name is in the path", async () => {
  await using server = await S3Server.start();
  const table = {
    "https://abcd.supabase.co/storage/v1/s3": "https://abcd.supabase.co/storage/v1/s3/test-bucket/db/k",
    "https://s3.filebase.com": "https://s3.filebase.com/test-bucket/db/k",
    "https://us-east-1.linodeobjects.com": "https://us-east-1.linodeobjects.com/test-bucket/db/k",
    "https://acc.r2.cloudflarestorage.com": "https://acc.r2.cloudflarestorage.com/test-bucket/db/k",
    "http://minio:9000": "http://minio:9000/test-bucket/db/k",
  };
  for (const [endpoint, url] of Object.entries(table)) {
    const urls: string[] = [];
    const send: typeof fetch = (input) => {
      urls.push(String(input));
      return Promise.resolve(new Response());
    };
    await storeOn(server, { endpoint, region: null, fetch: send }).create("k", BYTES);
    assertEquals(urls, [url]);
  }
});

Deno.test("hazard, session tokens: temporary keys are sent with their token, and signed", async () => {
  await using server = await S3Server.start({ sessionToken: "token" });
  const keys = (sessionToken: string | null) => staticCredentials({ ...server.signer, sessionToken });
  assertEquals(await storeOn(server, { credentials: keys("token") }).create("k", BYTES), "created");
  assert(server.requests[0]?.headers["authorization"]?.includes(";x-amz-security-token"));
  const error = await assertRejects(
    () => storeOn(server, { credentials: keys(null) }).create("k", BYTES),
    ReplicateError,
  );
  assert(error.message.includes("check the session token"), error.message);
});

Deno.test("hazard, retry quota: a long outage leaves later requests as many tries as ever", async () => {
  await using server = await S3Server.start();
  const store = storeOn(server, { provider: CUSTOM, clock: impatientClock, maxTries: 3 });
  server.down = true;
  for (let index = 0; index < 50; index++) await assertRejects(() => store.create(`k${index}`, BYTES), ReplicateError);
  server.down = false;
  server.requests.length = 0;
  server.nextFaults.push("error-503", "error-503");
  assertEquals(await store.create("k", BYTES), "created");
  assertEquals(server.requests.map(({ status }) => status), [503, 503, 200]);
});
