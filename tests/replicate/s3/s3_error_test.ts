import { assert, assertEquals } from "@std/assert";
import { reportError } from "../../../replicate/errors.ts";
import {
  errorOfReply,
  errorOfSilence,
  isErrorBody,
  isRetryable,
  parseS3Error,
  S3ReplyError,
} from "../../../replicate/s3/s3_error.ts";

const request = { what: 'read object "x" in s3://b', isObject: true };
const details = { retryAfterMs: 0, bucketRegion: null, remedied: false };

Deno.test("isRetryable() tells overload and races from refusals", () => {
  const table: readonly (readonly [status: number, code: string, retryable: boolean])[] = [
    [500, "InternalError", true],
    [502, "", true],
    [503, "SlowDown", true],
    [503, "", true],
    [504, "", true],
    [408, "", true],
    [429, "TooManyRequests", true],
    [400, "RequestTimeout", true],
    [400, "IncompleteBody", true],
    [409, "ConditionalRequestConflict", true],
    [409, "", true],
    [200, "InternalError", true],
    [200, "SomethingNew", true],
    [501, "NotImplemented", false],
    [501, "", false],
    [400, "NotImplemented", false],
    [400, "MalformedXML", false],
    [403, "AccessDenied", false],
    [404, "NoSuchKey", false],
    [404, "NoSuchBucket", false],
    [307, "TemporaryRedirect", false],
    [412, "PreconditionFailed", false],
  ];
  for (const [status, code, retryable] of table) {
    assertEquals(isRetryable(status, code), retryable, `${status} ${code}`);
  }
});

Deno.test("errorOfReply() chooses code and advice", () => {
  const table: readonly (readonly [status: number, code: string, error: string, advice: string])[] = [
    [404, "NoSuchKey", "object-missing", "there is none"],
    [404, "", "object-missing", "there is none"],
    [404, "NoSuchBucket", "store-refused", "check the bucket's name"],
    [403, "InvalidAccessKeyId", "store-refused", "check the access key id"],
    [403, "SignatureDoesNotMatch", "store-refused", "check the secret access key"],
    [403, "AccessDenied", "store-refused", "check that these credentials may"],
    [403, "", "store-refused", "check the credentials"],
    [403, "RequestTimeTooSkewed", "store-refused", "check this machine's clock"],
    [301, "PermanentRedirect", "store-refused", "check the region"],
    [302, "", "store-refused", "check the region"],
    [400, "AuthorizationHeaderMalformed", "store-refused", "check the region"],
    [400, "ExpiredToken", "store-refused", "set new credentials"],
    [501, "NotImplemented", "store-refused", "lacks the operation"],
    [503, "SlowDown", "store-unavailable", "not able to right now"],
  ];
  for (const [status, code, expected, advice] of table) {
    const error = errorOfReply(request, new S3ReplyError(status, code, "words"), details);
    assertEquals(error.code, expected, code);
    assertEquals(error.retryable, expected === "store-unavailable");
    assert(error.message.startsWith('Cannot read object "x" in s3://b as '));
    assert(error.message.includes(advice), error.message);
    assert(reportError(error).message.includes(`${status}`), "the report names the status");
  }
});

Deno.test("errorOfReply() refuses a 404 that cannot mean the object", () => {
  const error = errorOfReply({ what: "list", isObject: false }, new S3ReplyError(404, "", ""), details);
  assertEquals([error.code, error.retryable], ["store-refused", false]);
});

Deno.test("errorOfReply() names the bucket's region and passes the wait on", () => {
  const reply = new S3ReplyError(301, "PermanentRedirect", "");
  const error = errorOfReply(request, reply, { ...details, bucketRegion: "eu-west-3" });
  assert(error.message.endsWith('set the region to "eu-west-3"'));
  const later = errorOfReply(request, new S3ReplyError(503, "SlowDown", ""), { ...details, retryAfterMs: 1500 });
  assertEquals(later.retryAfterMs, 1500);
  assert(errorOfReply(request, reply, { ...details, remedied: true }).retryable);
});

Deno.test("parseS3Error() reads Amazon's and Ceph's errors, and survives others", () => {
  const amazon = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>Gone</Message></Error>';
  assertEquals(parseS3Error(404, amazon, []).message, "404 NoSuchKey Gone");
  const ceph = '<?xml version="1.0"?><Error><Code>InvalidRange</Code><Message></Message><HostId>x</HostId></Error>';
  assertEquals(parseS3Error(416, ceph, []).message, "416 InvalidRange");
  for (const text of ["", "<html>Bad gateway</html>", "<Error><Code>Cut", "{}"]) {
    const error = parseS3Error(502, text, []);
    assertEquals([error.status, error.s3Code, error.message], [502, "", "502"]);
  }
});

Deno.test("parseS3Error() repeats no secret, and no long text whole", () => {
  const text = `<Error><Code>X</Code><Message>key geheim1, token geheim2 ${"x".repeat(1000)}</Message></Error>`;
  const { message } = parseS3Error(403, text, ["geheim1", "geheim2", ""]);
  assert(!message.includes("geheim") && message.includes("[secret]"));
  assert(message.length < 300);
});

Deno.test("isErrorBody() sees an error in a successful reply", () => {
  assert(isErrorBody('<?xml version="1.0"?>\n\n<Error><Code>InternalError</Code></Error>'));
  assert(isErrorBody("   <Error/>".replace("/", " ")));
  assert(!isErrorBody("<DeleteResult><Error></Error></DeleteResult>"));
  assert(!isErrorBody("<Errors></Errors>"));
  assert(!isErrorBody(""));
});

Deno.test("errorOfSilence() is retryable and keeps the cause", () => {
  const cause = new TypeError("connection refused");
  const error = errorOfSilence(request, cause);
  assertEquals([error.code, error.retryable, error.cause], ["store-unavailable", true, cause]);
});
