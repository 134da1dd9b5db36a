import { assert, assertEquals, assertThrows } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { formatReplicaUrl, parseReplicaUrl, redactUrl, type S3Location } from "../../replicate/store_url.ts";

const AWS: Omit<S3Location, "bucket" | "path"> = {
  type: "s3",
  endpoint: null,
  region: null,
  forcePathStyle: null,
  encryption: null,
  storageClass: null,
};

function at(endpoint: string, region: string | null): Omit<S3Location, "bucket" | "path"> {
  return { ...AWS, endpoint, region, forcePathStyle: true };
}

Deno.test("parseReplicaUrl() reads buckets and the hosts of known providers", () => {
  const table: Readonly<Record<string, S3Location>> = {
    "s3://bucket": { ...AWS, bucket: "bucket", path: "" },
    "s3://bucket/": { ...AWS, bucket: "bucket", path: "" },
    "s3://bucket/db": { ...AWS, bucket: "bucket", path: "db" },
    "S3://bucket//a/./b/../c/": { ...AWS, bucket: "bucket", path: "a/c" },
    "s3://my.bucket-1/a%20b": { ...AWS, bucket: "my.bucket-1", path: "a b" },
    "s3://bucket.localhost:9000/db": { ...at("http://localhost:9000", "us-east-1"), bucket: "bucket", path: "db" },
    "s3://bucket.localhost/db": { ...at("http://localhost", "us-east-1"), bucket: "bucket", path: "db" },
    "s3://b.s3.us-west-004.backblazeb2.com/db": {
      ...at("https://s3.us-west-004.backblazeb2.com", "us-west-004"),
      bucket: "b",
      path: "db",
    },
    "s3://b.s3.filebase.com/db": { ...at("https://s3.filebase.com", null), bucket: "b", path: "db" },
    "s3://b.fra1.digitaloceanspaces.com/db": {
      ...at("https://fra1.digitaloceanspaces.com", "fra1"),
      bucket: "b",
      path: "db",
    },
    "s3://b.s3.fr-par.scw.cloud/db": { ...at("https://s3.fr-par.scw.cloud", "fr-par"), bucket: "b", path: "db" },
    "s3://b.s3.eu-west-1.amazonaws.com/db": {
      ...at("https://s3.eu-west-1.amazonaws.com", "eu-west-1"),
      forcePathStyle: null,
      bucket: "b",
      path: "db",
    },
    "s3://b.acc.r2.cloudflarestorage.com/db": {
      ...at("https://acc.r2.cloudflarestorage.com", null),
      bucket: "b",
      path: "db",
    },
    "s3://my.b.us-east-1.linodeobjects.com/db": {
      ...at("https://us-east-1.linodeobjects.com", "us-east-1"),
      bucket: "my.b",
      path: "db",
    },
  };
  for (const [text, location] of Object.entries(table)) assertEquals(parseReplicaUrl(text), location, text);
});

Deno.test("parseReplicaUrl() reads folders", () => {
  const table = {
    "file:///var/replica": "/var/replica",
    "file:/var/replica": "/var/replica",
    "file:replica": "replica",
    "file:../replica": "../replica",
    "file:///a%20b": "/a b",
    "/var/replica": "/var/replica",
    "replica": "replica",
    "./a b%20c": "./a b%20c",
  };
  for (const [text, path] of Object.entries(table)) assertEquals(parseReplicaUrl(text), { type: "file", path }, text);
});

Deno.test("parseReplicaUrl() throws when it is none of the forms, and says which there are", () => {
  const table = {
    "": '"s3://BUCKET/PATH", "file:///PATH", "file:PATH" or a path',
    " ": '"file:PATH" or a path',
    "gcs://bucket/db": 'its scheme must be "s3" or "file"',
    "abs://account@container/db": 'its scheme must be "s3" or "file"',
    "https://example.com": 'its scheme must be "s3" or "file"',
    "s3:bucket": "s3://BUCKET/PATH",
    "s3://": "s3://BUCKET/PATH",
    "s3:///path": "s3://BUCKET/PATH",
    "s3://bucket/db#x": "s3://BUCKET/PATH",
    "s3://bucket/db?regoin=x": "its query may set each of endpoint, force-path-style, region",
    "s3://bucket/db?region=x&region=y": "once",
    "s3://bucket/db?region=": "once",
    "s3://bucket/db?force-path-style=yes": 'force-path-style must be "true" or "false"',
    "s3://bucket/db?sse=aes256": 'sse must be "AES256", "aws:kms" or "customer"',
    "s3://bucket/db?sse-kms-key-id=k": "sse-kms-key-id needs sse=aws:kms",
    "s3://bucket:9000/db": "its host must be",
    "s3://buc ket/db": "its host must be",
    "s3://bucket/%zz": "percent-encoded",
    "file://replica": "no host",
    "file:": "file:///PATH",
    "file:///a?b": "no query",
  };
  for (const [text, words] of Object.entries(table)) {
    const error = assertThrows(() => parseReplicaUrl(text), ReplicateError);
    assertEquals(error.code, "bad-config");
    assert(error.message.startsWith("Cannot read the replica URL as ") && error.message.includes(words), error.message);
  }
});

Deno.test("parseReplicaUrl() repeats no credentials", () => {
  for (
    const text of [
      "s3://KEY:geheim@bucket/db",
      "s3://KEY:ge/heim+geheim@bucket/db",
      "https://user:geheim@host/",
      "s3://bucket/db?secret=geheim",
    ]
  ) {
    const { message } = assertThrows(() => parseReplicaUrl(text), ReplicateError);
    assert(!message.includes("geheim") && !message.includes("heim+"), message);
  }
});

Deno.test("formatReplicaUrl() writes what parseReplicaUrl() reads", () => {
  for (const text of ["s3://bucket", "s3://bucket/a/b", "s3://bucket/a%20b", "file:///var/replica", "file:replica"]) {
    assertEquals(formatReplicaUrl(parseReplicaUrl(text)), text);
  }
  for (const path of ["/a b/100%/c?d#e", "relative/ü"]) {
    assertEquals(parseReplicaUrl(formatReplicaUrl({ type: "file", path })), { type: "file", path });
  }
});

Deno.test("redactUrl() leaves the rest as it is", () => {
  assertEquals(redactUrl("s3://key:secret@bucket/db"), "s3://…@bucket/db");
  assertEquals(redactUrl("s3://bucket/db?token=1"), "s3://bucket/db?…");
  assertEquals(redactUrl("/var/replica"), "/var/replica");
});

Deno.test("parseReplicaUrl() reads how objects are kept, and where, from the query", () => {
  const table: Readonly<Record<string, Partial<S3Location>>> = {
    "?region=eu-west-1": { region: "eu-west-1" },
    "?endpoint=http%3A%2F%2Fminio%3A9000&force-path-style=false": {
      endpoint: "http://minio:9000",
      forcePathStyle: false,
    },
    "?force-path-style=true": { forcePathStyle: true },
    "?storage-class=STANDARD_IA": { storageClass: "STANDARD_IA" },
    "?sse=AES256": { encryption: { type: "s3" } },
    "?sse=aws:kms": { encryption: { type: "kms", keyId: null } },
    "?sse=aws:kms&sse-kms-key-id=arn:aws:kms:x:1:key/2": {
      encryption: { type: "kms", keyId: "arn:aws:kms:x:1:key/2" },
    },
    "?sse=customer": { encryption: { type: "customer" } },
    "?": {},
  };
  for (const [query, differs] of Object.entries(table)) {
    assertEquals(
      parseReplicaUrl(`s3://bucket/db${query}`),
      { ...AWS, bucket: "bucket", path: "db", ...differs },
      query,
    );
  }
  const location = parseReplicaUrl("s3://b.s3.fr-par.scw.cloud/db?region=nl-ams&storage-class=ONEZONE_IA");
  assertEquals(location.type === "s3" && [location.endpoint, location.region], [
    "https://s3.fr-par.scw.cloud",
    "nl-ams",
  ]);
});
