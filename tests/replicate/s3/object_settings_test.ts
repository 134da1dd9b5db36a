import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import { objectHeaders, type ObjectSettings, type S3Encryption } from "../../../replicate/s3/object_settings.ts";
import { S3Server } from "../../support/s3_server.ts";
import { storeOn } from "../../support/s3_server_store.ts";

const MEBIBYTE = 1024 * 1024;
const KEY = new Uint8Array(32).fill(7).toBase64();
const PLAIN: ObjectSettings = { encryption: null, storageClass: null };
const customer: ObjectSettings = { ...PLAIN, encryption: { type: "customer", key: KEY } };

async function* stream(mebibytes: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for (let index = 0; index < mebibytes; index++) yield await Promise.resolve(new Uint8Array(MEBIBYTE).fill(index));
}

Deno.test("objectHeaders() names what begins an object, adds to it, and reads it", () => {
  const write = (encryption: S3Encryption | null, storageClass: string | null = null): unknown =>
    objectHeaders({ encryption, storageClass }, "aws4").write;
  assertEquals(objectHeaders(PLAIN, "aws4"), { write: {}, part: {}, read: {} });
  assertEquals(write(null, "STANDARD_IA"), { "x-amz-storage-class": "STANDARD_IA" });
  assertEquals(write({ type: "s3" }), { "x-amz-server-side-encryption": "AES256" });
  assertEquals(write({ type: "kms", keyId: null }), { "x-amz-server-side-encryption": "aws:kms" });
  assertEquals(write({ type: "kms", keyId: "alias/x" }), {
    "x-amz-server-side-encryption": "aws:kms",
    "x-amz-server-side-encryption-aws-kms-key-id": "alias/x",
  });
  const { write: begin, part, read } = objectHeaders(customer, "aws4");
  assertEquals([begin, part], [read, read]);
  assertEquals(read, {
    "x-amz-server-side-encryption-customer-algorithm": "AES256",
    "x-amz-server-side-encryption-customer-key": KEY,
    "x-amz-server-side-encryption-customer-key-md5": "y4HAEFCYWuvAXWFTtA1Qpg==",
  });
});

Deno.test("objectHeaders() speaks Google's names beside Google's signature, and refuses what Google has not", () => {
  assertEquals(objectHeaders({ ...PLAIN, storageClass: "NEARLINE" }, "goog4").write, {
    "x-goog-storage-class": "NEARLINE",
  });
  const keyId = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
  assertEquals(objectHeaders({ ...PLAIN, encryption: { type: "kms", keyId } }, "goog4").write, {
    "x-goog-encryption-kms-key-name": keyId,
  });
  assertEquals(Object.keys(objectHeaders(customer, "goog4").read), [
    "x-goog-encryption-algorithm",
    "x-goog-encryption-key",
    "x-goog-encryption-key-sha256",
  ]);
  for (const encryption of [{ type: "s3" }, { type: "kms", keyId: null }] as const) {
    const error = assertThrows(() => objectHeaders({ ...PLAIN, encryption }, "goog4"), ReplicateError);
    assertEquals(error.code, "bad-config");
  }
});

Deno.test("S3Store keeps objects as it is told, and signs that", async () => {
  await using server = await S3Server.start();
  const objects: ObjectSettings = { encryption: { type: "kms", keyId: "key-1" }, storageClass: "STANDARD_IA" };
  const store = storeOn(server, { objects });
  await store.create("created", new Uint8Array(9));
  await store.putStream("small", stream(1), { sizeBoundBytes: MEBIBYTE });
  await store.putStream("large", stream(9), { sizeBoundBytes: 9 * MEBIBYTE });
  await (await store.read("large")).cancel();
  const kept = server.requests.map(({ operation, headers }) => {
    const [sse, keyId, storageClass] = [
      "server-side-encryption",
      "server-side-encryption-aws-kms-key-id",
      "storage-class",
    ]
      .map((name) => headers[`x-amz-${name}`]);
    return [operation, sse, keyId, storageClass];
  });
  assertEquals(kept, [
    ["PutObject", "aws:kms", "key-1", "STANDARD_IA"],
    ["PutObject", "aws:kms", "key-1", "STANDARD_IA"],
    ["CreateMultipartUpload", "aws:kms", "key-1", "STANDARD_IA"],
    ["UploadPart", undefined, undefined, undefined],
    ["UploadPart", undefined, undefined, undefined],
    ["CompleteMultipartUpload", undefined, undefined, undefined],
    ["GetObject", undefined, undefined, undefined],
  ]);
  assertEquals(server.requests.map(({ status }) => status), new Array(7).fill(200));
});

Deno.test("S3Store sends the customer's key with whatever needs it, and who has not the key reads nothing", async () => {
  await using server = await S3Server.start();
  const store = storeOn(server, { objects: customer });
  await store.create("small", new Uint8Array([1]));
  await store.putStream("large", stream(9), { sizeBoundBytes: 9 * MEBIBYTE });
  assertEquals(new Uint8Array(await new Response(await store.read("small")).arrayBuffer()), new Uint8Array([1]));
  assertEquals((await new Response(await store.read("large")).arrayBuffer()).byteLength, 9 * MEBIBYTE);
  await store.delete(["none", "small"]);
  assertEquals(await Array.fromAsync(store.list(""), ({ key }) => key), ["large"]);
  const other = { ...PLAIN, encryption: { type: "customer", key: new Uint8Array(32).toBase64() } } as const;
  for (const objects of [PLAIN, other]) {
    await assertRejects(() => storeOn(server, { objects }).read("large"), ReplicateError);
  }
});

Deno.test("S3Store tells nobody the customer's key", async () => {
  await using server = await S3Server.start();
  const text = `<Error><Code>InvalidArgument</Code><Message>The key ${KEY} is bad</Message></Error>`;
  const store = storeOn(server, {
    objects: customer,
    fetch: () => Promise.resolve(new Response(text, { status: 400 })),
  });
  const error = await assertRejects(() => store.read("key"), ReplicateError);
  assert(!`${error.message} ${error.cause} ${store.url}`.includes(KEY));
  const plain = assertThrows(
    () => storeOn(server, { objects: customer, endpoint: "http://s3.example.com" }),
    TypeError,
  );
  assert(plain.message.includes("https://") && !plain.message.includes(KEY));
});
