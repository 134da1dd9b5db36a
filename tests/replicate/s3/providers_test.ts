import { assertEquals } from "@std/assert";
import { AWS, providerFor } from "../../../replicate/s3/providers.ts";

Deno.test("providerFor() knows the providers by their host names", () => {
  const table: readonly (readonly [host: string | null, name: string, region: string, pathStyle: boolean])[] = [
    [null, "AWS S3", "us-east-1", false],
    ["s3.amazonaws.com", "AWS S3", "us-east-1", false],
    ["s3.eu-central-1.amazonaws.com", "AWS S3", "eu-central-1", false],
    ["s3.dualstack.us-gov-west-1.amazonaws.com", "AWS S3", "us-gov-west-1", false],
    ["s3.cn-north-1.amazonaws.com.cn", "AWS S3", "cn-north-1", false],
    ["0123abcd.r2.cloudflarestorage.com", "Cloudflare R2", "auto", true],
    ["0123abcd.eu.r2.cloudflarestorage.com", "Cloudflare R2", "auto", true],
    ["fly.storage.tigris.dev", "Tigris", "auto", true],
    ["t3.storage.dev", "Tigris", "auto", true],
    ["storage.googleapis.com", "Google Cloud Storage", "auto", true],
    ["s3.us-west-004.backblazeb2.com", "Backblaze B2", "us-west-004", true],
    ["FRA1.DigitalOceanSpaces.com", "DigitalOcean Spaces", "fra1", true],
    ["s3.fr-par.scw.cloud", "Scaleway", "fr-par", true],
    ["us-east-1.linodeobjects.com", "Linode", "us-east-1", true],
    ["s3.eu-central-2.wasabisys.com", "Wasabi", "eu-central-2", true],
    ["fsn1.your-objectstorage.com", "Hetzner", "fsn1", true],
    ["s3.gra.io.cloud.ovh.net", "OVHcloud", "gra", true],
    ["s3.filebase.com", "Filebase", "us-east-1", true],
    ["abcd.supabase.co", "Supabase", "us-east-1", true],
    ["minio.example.com", "S3-compatible", "us-east-1", true],
    ["127.0.0.1", "S3-compatible", "us-east-1", true],
    ["storage.googleapis.com.example.org", "S3-compatible", "us-east-1", true],
  ];
  for (const [host, name, region, pathStyle] of table) {
    const provider = providerFor(host);
    assertEquals([provider.name, provider.region, provider.pathStyle], [name, region, pathStyle], String(host));
  }
});

Deno.test("providerFor() gives the headers that a provider needs", () => {
  assertEquals(providerFor("fly.storage.tigris.dev").headers, { "x-tigris-consistent": "true" });
  assertEquals(AWS.headers, {});
  assertEquals(AWS.createCondition, { name: "if-none-match", value: "*" });
  assertEquals(providerFor("storage.googleapis.com").createCondition, {
    name: "x-goog-if-generation-match",
    value: "0",
  });
  assertEquals(providerFor("x.r2.cloudflarestorage.com").partsInFlight, 2);
});
