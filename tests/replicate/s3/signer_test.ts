import { assert, assertEquals } from "@std/assert";
import { Signer } from "../../../replicate/s3/signer.ts";

const EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const credentials = { accessKeyId: "id", secretAccessKey: "secret", sessionToken: "token" };
const request = {
  method: "GET",
  url: new URL("https://s3.example.com/bucket/key"),
  headers: {},
  payloadHash: EMPTY_HASH,
  atMs: Date.UTC(2026, 0, 2),
};

Deno.test("Signer.sign() keeps to one family of headers", async () => {
  const aws = await new Signer("aws4", "eu-west-1").sign(request, credentials);
  const google = await new Signer("goog4", "auto").sign(request, credentials);
  assertEquals([...aws.keys()], ["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]);
  assertEquals([...google.keys()], ["authorization", "x-goog-content-sha256", "x-goog-date"]);
  assert(aws.get("authorization")?.includes("/20260102/eu-west-1/s3/aws4_request"));
  assertEquals([aws.get("x-amz-date"), google.get("x-goog-date")], ["20260102T000000Z", "20260102T000000Z"]);
});

Deno.test("Signer.sign() signs with the credentials that it is given, also when they change", async () => {
  const signer = new Signer("aws4", "us-east-1");
  const signatures = new Set<string | null>();
  for (const secretAccessKey of ["one", "two", "one"]) {
    signatures.add((await signer.sign(request, { ...credentials, secretAccessKey })).get("authorization"));
  }
  assertEquals(signatures.size, 2);
});
