import { assert, assertEquals, assertThrows } from "@std/assert";
import { ReplicateError } from "../../replicate/errors.ts";
import { formatReplicaUrl, parseReplicaUrl, redactUrl, type S3Location } from "../../replicate/store_url.ts";

const AWS: Omit<S3Location, "bucket" | "path"> = { type: "s3", endpoint: null, region: null, forcePathStyle: null };

function at(endpoint: string, region: string | null): Omit<S3Location, "bucket" | "path"> {
  return { type: "s3", endpoint, region, forcePathStyle: true };
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
    "s3://bucket/db?region=x": "s3://BUCKET/PATH",
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
