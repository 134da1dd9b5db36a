import { assertEquals } from "@std/assert";
import { checkSignature, type SignedCall, type Signer } from "./s3_server_signature.ts";

/** Keys, requests and signatures are those of the examples in Amazon's document. */
const signer: Signer = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  sessionToken: null,
  region: "us-east-1",
};
const NOW_MS = Date.UTC(2013, 4, 24);
const EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function example(
  call: Partial<SignedCall>,
  names: string,
  signature: string,
  headers: Record<string, string> = {},
): SignedCall {
  const credential = `${signer.accessKeyId}/20130524/us-east-1/s3/aws4_request`;
  return {
    method: "GET",
    rawPath: "/",
    rawQuery: "",
    body: new Uint8Array(0),
    ...call,
    headers: {
      host: "examplebucket.s3.amazonaws.com",
      "x-amz-content-sha256": EMPTY_HASH,
      "x-amz-date": "20130524T000000Z",
      authorization: `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${names},Signature=${signature}`,
      ...headers,
    },
  };
}

const getObject = example(
  { rawPath: "/test.txt" },
  "host;range;x-amz-content-sha256;x-amz-date",
  "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  { range: "bytes=0-9" },
);
const putObject = example(
  { method: "PUT", rawPath: "/test%24file.text", body: new TextEncoder().encode("Welcome to Amazon S3.") },
  "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
  "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  {
    date: "Fri, 24 May 2013 00:00:00 GMT",
    "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
  },
);
const getLifecycle = example(
  { rawQuery: "lifecycle" },
  "host;x-amz-content-sha256;x-amz-date",
  "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
);
const listObjects = example(
  { rawQuery: "max-keys=2&prefix=J" },
  "host;x-amz-content-sha256;x-amz-date",
  "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
);

Deno.test("checkSignature() accepts the examples of Amazon's document", () => {
  for (const call of [getObject, putObject, getLifecycle, listObjects]) {
    assertEquals(checkSignature(call, signer, NOW_MS), null);
  }
});

Deno.test("checkSignature() refuses what differs from the examples", () => {
  const withHeaders = (call: SignedCall, headers: Record<string, string>): SignedCall => ({
    ...call,
    headers: { ...call.headers, ...headers },
  });
  const table: readonly (readonly [call: SignedCall, signer: Signer, nowMs: number, code: string])[] = [
    [putObject, { ...signer, secretAccessKey: "another" }, NOW_MS, "SignatureDoesNotMatch"],
    [putObject, { ...signer, accessKeyId: "another" }, NOW_MS, "InvalidAccessKeyId"],
    [putObject, { ...signer, region: "eu-west-1" }, NOW_MS, "AuthorizationHeaderMalformed"],
    [putObject, { ...signer, sessionToken: "token" }, NOW_MS, "InvalidToken"],
    [putObject, signer, NOW_MS + 16 * 60_000, "RequestTimeTooSkewed"],
    [{ ...putObject, body: new TextEncoder().encode("welcome") }, signer, NOW_MS, "XAmzContentSHA256Mismatch"],
    [{ ...putObject, rawPath: "/test%24file.txt" }, signer, NOW_MS, "SignatureDoesNotMatch"],
    [{ ...listObjects, rawQuery: "max-keys=3&prefix=J" }, signer, NOW_MS, "SignatureDoesNotMatch"],
    [{ ...getObject, method: "DELETE" }, signer, NOW_MS, "SignatureDoesNotMatch"],
    [withHeaders(getObject, { range: "bytes=0-10" }), signer, NOW_MS, "SignatureDoesNotMatch"],
    [withHeaders(putObject, { "x-amz-storage-class": "STANDARD" }), signer, NOW_MS, "SignatureDoesNotMatch"],
    [withHeaders(putObject, { "x-amz-acl": "public-read" }), signer, NOW_MS, "AccessDenied"],
    [withHeaders(putObject, { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }), signer, NOW_MS, "SignatureDoesNotMatch"],
    [withHeaders(putObject, { authorization: "" }), signer, NOW_MS, "AccessDenied"],
  ];
  for (const [call, whose, nowMs, code] of table) assertEquals(checkSignature(call, whose, nowMs)?.code, code);
});
