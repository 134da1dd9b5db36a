import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type BucketAddress,
  bucketUrl,
  cleanPrefix,
  encodeKey,
  endpointUrl,
  joinKey,
  objectUrl,
} from "../../../replicate/s3/object_url.ts";

const pathStyle: BucketAddress = {
  bucket: "bucket",
  prefix: "db",
  endpoint: new URL("http://127.0.0.1:9000"),
  pathStyle: true,
};
const hostStyle: BucketAddress = { ...pathStyle, endpoint: new URL("https://s3.example.com"), pathStyle: false };

Deno.test("cleanPrefix() leaves no slash at the ends, no empty part and no dots", () => {
  const table = { "": "", "/": "", "db": "db", "/a//b/": "a/b", "./a/./b": "a/b", "a/../b": "b", "../a": "a" };
  for (const [path, clean] of Object.entries(table)) assertEquals(cleanPrefix(path), clean, path);
});

Deno.test("joinKey() puts no slash before a key without prefix", () => {
  assertEquals(joinKey("", "generations/"), "generations/");
  assertEquals(joinKey("db", "generations/"), "db/generations/");
  assertEquals(joinKey("db", ""), "db/");
});

Deno.test("encodeKey() encodes each segment, and what encodeURIComponent leaves alone", () => {
  assertEquals(encodeKey("a b/c+d/ü%&=?#"), "a%20b/c%2Bd/%C3%BC%25%26%3D%3F%23");
  assertEquals(encodeKey("!*'()~-_."), "%21%2A%27%28%29~-_.");
});

Deno.test("encodeKey() throws when a segment is no name", () => {
  for (const key of ["", "/a", "a/", "a//b", "a/./b", "../a"]) assertThrows(() => encodeKey(key), TypeError, "parts");
});

Deno.test("objectUrl() builds both styles", () => {
  assertEquals(objectUrl(pathStyle, "a b").href, "http://127.0.0.1:9000/bucket/db/a%20b");
  assertEquals(objectUrl(hostStyle, "a b").href, "https://bucket.s3.example.com/db/a%20b");
  assertEquals(objectUrl({ ...hostStyle, prefix: "" }, "a").href, "https://bucket.s3.example.com/a");
});

Deno.test("objectUrl() keeps the endpoint's own path", () => {
  const endpoint = new URL("https://x.supabase.co/storage/v1/s3/");
  assertEquals(
    objectUrl({ ...pathStyle, endpoint }, "key").href,
    "https://x.supabase.co/storage/v1/s3/bucket/db/key",
  );
});

Deno.test("bucketUrl() writes a space in the query as %20 and a plus as %2B", () => {
  const query = { prefix: "a b+c/ü", delete: "" };
  assertEquals(bucketUrl(pathStyle, query).href, "http://127.0.0.1:9000/bucket?prefix=a%20b%2Bc%2F%C3%BC&delete=");
  assertEquals(bucketUrl(hostStyle).href, "https://bucket.s3.example.com/");
});

Deno.test("endpointUrl() takes host names and URLs, and knows Amazon's", () => {
  assertEquals(endpointUrl(null, "eu-west-1").href, "https://s3.eu-west-1.amazonaws.com/");
  assertEquals(endpointUrl(null, "cn-north-1").href, "https://s3.cn-north-1.amazonaws.com.cn/");
  assertEquals(endpointUrl("minio.example.com:9000", "").href, "https://minio.example.com:9000/");
  assertEquals(endpointUrl("http://127.0.0.1:9000?x#y", "").href, "http://127.0.0.1:9000/");
});

Deno.test("endpointUrl() throws without repeating credentials", () => {
  for (const endpoint of ["https://user:geheim@host", "ftp://host/geheim", "https://[geheim"]) {
    const error = assertThrows(() => endpointUrl(endpoint, ""), TypeError, "endpoint");
    assert(!error.message.includes("geheim"));
  }
});
