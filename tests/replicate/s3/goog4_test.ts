import { assertEquals } from "@std/assert";
import { type Goog4Request, signGoog4 } from "../../../replicate/s3/goog4.ts";
import { checkSignature } from "../../support/s3_server_signature.ts";

/** Requests and signatures as ClickHouse's signer has them, which is used with Google's service. */
const credentials = { accessKeyId: "GOOGTESTACCESSKEY", secretAccessKey: "testsecretkey", sessionToken: null };
const put: Goog4Request = {
  method: "PUT",
  url: new URL("https://storage.googleapis.com/test-bucket/dir/obj.txt"),
  headers: { "x-goog-if-generation-match": "0" },
  payloadHash: "UNSIGNED-PAYLOAD",
  datetime: "20260703T000000Z",
};

function authorization(request: Goog4Request): string | null {
  return signGoog4(request, { credentials, region: "auto" }).get("authorization");
}

Deno.test("signGoog4() signs as others do that are known to work", () => {
  const scope = "GOOG4-HMAC-SHA256 Credential=GOOGTESTACCESSKEY/20260703/auto/storage/goog4_request";
  assertEquals(
    authorization(put),
    `${scope}, SignedHeaders=host;x-goog-content-sha256;x-goog-date;x-goog-if-generation-match, ` +
      "Signature=4f82e49c69753329afd4768ccf1db6b472dbbd86d082a08b5b9f9fe368fb6ef6",
  );
  const versioning = new URL("https://storage.googleapis.com/test-bucket/?versioning=");
  assertEquals(
    authorization({ ...put, method: "GET", url: versioning, headers: {} }),
    `${scope}, SignedHeaders=host;x-goog-content-sha256;x-goog-date, ` +
      "Signature=28a981c32acff334738b9ea1a0f82c28c9a1ccff5b6dc8fb92a2e6622c8db73f",
  );
});

Deno.test("signGoog4() signs odd paths, queries and headers as a server reads them", () => {
  const url = new URL("https://storage.googleapis.com/b/a%20b%2Bc/%C3%BC%27?uploadId=x%2By%3D&partNumber=2&a=");
  const payloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const headers = { "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==", "x-goog-meta-b": "  two   words " };
  const signed = signGoog4({ ...put, url, headers, payloadHash }, { credentials, region: "eu" });
  const call = {
    method: "PUT",
    rawPath: url.pathname,
    rawQuery: url.search.slice(1),
    headers: { ...Object.fromEntries(signed), host: url.host },
    body: new Uint8Array(0),
  };
  const signer = { ...credentials, region: "eu", google: true };
  const nowMs = Date.UTC(2026, 6, 3);
  assertEquals(checkSignature(call, signer, nowMs), null);
  assertEquals(checkSignature({ ...call, rawQuery: "a=" }, signer, nowMs)?.code, "SignatureDoesNotMatch");
});
