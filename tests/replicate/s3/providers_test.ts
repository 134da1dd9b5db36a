import { assertEquals } from "@std/assert";
import { AWS, hostRegion, parseBucketHost, providerFor } from "../../../replicate/s3/providers.ts";

Deno.test("providerFor() knows the providers by their host names", () => {
  const table: readonly (readonly [host: string | null, name: string, region: string, pathStyle: boolean])[] = [
    [null, "AWS S3", "us-east-1", false],
    ["s3.amazonaws.com", "AWS S3", "us-east-1", false],
    ["s3.eu-central-1.amazonaws.com", "AWS S3", "eu-central-1", false],
    ["s3-us-west-2.amazonaws.com", "AWS S3", "us-west-2", false],
    ["s3-fips.us-gov-east-1.amazonaws.com", "AWS S3", "us-gov-east-1", false],
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
    ["s3.wasabisys.com", "Wasabi", "us-east-1", true],
    ["abcd.storage.supabase.co", "Supabase", "us-east-1", true],
    ["s3-accelerate.amazonaws.com", "S3-compatible", "us-east-1", true],
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
  assertEquals(providerFor("storage.googleapis.com").signature, "goog4");
  assertEquals(providerFor("s3.us-west-004.backblazeb2.com").createCondition, null);
  assertEquals(providerFor("x.r2.cloudflarestorage.com").partsInFlight, 2);
});

Deno.test("parseBucketHost() finds bucket, endpoint and region of every known service", () => {
  const table: readonly (readonly [host: string, bucket: string, endpoint: string, region: string | null])[] = [
    ["b.s3.amazonaws.com", "b", "https://s3.amazonaws.com", null],
    ["my.b.s3.eu-west-1.amazonaws.com", "my.b", "https://s3.eu-west-1.amazonaws.com", "eu-west-1"],
    ["b.acc.r2.cloudflarestorage.com", "b", "https://acc.r2.cloudflarestorage.com", null],
    ["b.acc.eu.r2.cloudflarestorage.com", "b", "https://acc.eu.r2.cloudflarestorage.com", null],
    ["b.fly.storage.tigris.dev", "b", "https://fly.storage.tigris.dev", null],
    ["b.t3.storage.dev", "b", "https://t3.storage.dev", null],
    ["b.storage.googleapis.com", "b", "https://storage.googleapis.com", null],
    ["b.s3.us-west-004.backblazeb2.com", "b", "https://s3.us-west-004.backblazeb2.com", "us-west-004"],
    ["b.fra1.digitaloceanspaces.com", "b", "https://fra1.digitaloceanspaces.com", "fra1"],
    ["b.s3.fr-par.scw.cloud", "b", "https://s3.fr-par.scw.cloud", "fr-par"],
    ["b.us-east-1.linodeobjects.com", "b", "https://us-east-1.linodeobjects.com", "us-east-1"],
    ["b.s3.eu-central-2.wasabisys.com", "b", "https://s3.eu-central-2.wasabisys.com", "eu-central-2"],
    ["b.fsn1.your-objectstorage.com", "b", "https://fsn1.your-objectstorage.com", "fsn1"],
    ["b.s3.gra.io.cloud.ovh.net", "b", "https://s3.gra.io.cloud.ovh.net", "gra"],
    ["b.s3.filebase.com", "b", "https://s3.filebase.com", null],
    ["b.abcd.supabase.co", "b", "https://abcd.supabase.co/storage/v1/s3", null],
    ["b.abcd.storage.supabase.co", "b", "https://abcd.storage.supabase.co/storage/v1/s3", null],
  ];
  for (const [host, bucket, endpoint, region] of table) {
    const found = parseBucketHost(host);
    assertEquals([found?.bucket, found?.endpoint, found?.region], [bucket, endpoint, region], host);
    assertEquals(found?.provider.name, providerFor(new URL(endpoint).hostname).name);
  }
  for (const host of ["bucket", "s3.fr-par.scw.cloud", "fra1.digitaloceanspaces.com", "b.example.com"]) {
    assertEquals(parseBucketHost(host), null, host);
  }
});

Deno.test("hostRegion() tells the region where the host name or the service does", () => {
  const table: Readonly<Record<string, string | null>> = {
    "s3.eu-west-1.amazonaws.com": "eu-west-1",
    "s3.amazonaws.com": null,
    "FRA1.digitaloceanspaces.com": "fra1",
    "t3.storage.dev": "auto",
    "storage.googleapis.com": "auto",
    "s3.filebase.com": null,
    "minio.example.com": null,
  };
  for (const [host, region] of Object.entries(table)) assertEquals(hostRegion(host), region, host);
});
