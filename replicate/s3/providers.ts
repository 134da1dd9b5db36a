/**
 * What is special about the S3 services of this world, as one table: found by host name, and used everywhere else as data.
 *
 * Sources: Litestream's provider table (`s3/replica_client.go`), the providers' own documentation of conditional
 * writes, and for Google "HTTP headers for XML API" and "Simple migration from Amazon S3". An unknown host gets the
 * common behaviour: that of MinIO and of Ceph, too.
 *
 * @module
 */

import type { Signature } from "./signer.ts";

/** The header that turns a PUT into a create-if-absent. */
export interface CreateCondition {
  /** The header's name. */
  readonly name: string;
  /** The header's value. */
  readonly value: string;
}

/** How to talk to one service. */
export interface Provider {
  /** The service, for people. */
  readonly name: string;
  /** The region to sign for when none is configured. */
  readonly region: string;
  /** Whether the bucket's name goes into the path rather than into the host name. */
  readonly pathStyle: boolean;
  /** Headers that every request carries. */
  readonly headers: Readonly<Record<string, string>>;
  /** How requests are signed, and with it the family of header names. */
  readonly signature: Signature;
  /** The header that turns a PUT into a create-if-absent; `null` where there is none: a create overwrites then. */
  readonly createCondition: CreateCondition | null;
  /** How many parts of one upload may be under way at once. */
  readonly partsInFlight: number;
  /** How many parts one upload may have. */
  readonly partsMax: number;
  /** Whether several objects are deleted in one request, for as long as the server does not object. */
  readonly batchDelete: boolean;
}

/** RFC 9110, 13.1.2; honoured for PUT by AWS, R2, Tigris, MinIO, Ceph, DigitalOcean, OVH and Scaleway. */
const IF_NONE_MATCH: CreateCondition = { name: "if-none-match", value: "*" };

/** Google ignores `If-None-Match` on a PUT; generation 0 means "no live version". */
const GOOGLE_GENERATION: CreateCondition = { name: "x-goog-if-generation-match", value: "0" };

/** More do not help a part of 8 MiB, and Cloudflare R2 answers errors above two. */
const PARTS_IN_FLIGHT = 2;

/** As many parts as every provider takes. Amazon takes 10,000, Scaleway and others 1,000. */
const PARTS_MAX = 1000;

/** What is expected of a server of which nothing is known. */
export const CUSTOM: Provider = {
  name: "S3-compatible",
  region: "us-east-1",
  pathStyle: true,
  headers: {},
  signature: "aws4",
  createCondition: IF_NONE_MATCH,
  partsInFlight: PARTS_IN_FLIGHT,
  partsMax: PARTS_MAX,
  batchDelete: true,
};

/** Amazon's own service: what an endpoint of `null` means. */
export const AWS: Provider = { ...CUSTOM, name: "AWS S3", pathStyle: false };

interface KnownService {
  /** Its endpoints' host names: `{region}` is the region to sign for, `{name}` any other part. The first match holds. */
  readonly hosts: readonly string[];
  /** What the path of its endpoints begins with. */
  readonly basePath?: string;
  /** What differs from the common behaviour. */
  readonly differs: Partial<Provider>;
}

const SERVICES: readonly KnownService[] = [
  {
    hosts: [
      "s3.amazonaws.com",
      "s3.{aws-region}.amazonaws.com",
      "s3-{aws-region}.amazonaws.com",
      "s3.dualstack.{aws-region}.amazonaws.com",
      "s3-fips.{aws-region}.amazonaws.com",
      "s3.{aws-region}.amazonaws.com.cn",
    ],
    differs: AWS,
  },
  {
    // The jurisdictions have hosts of their own.
    hosts: [
      "{name}.eu.r2.cloudflarestorage.com",
      "{name}.fedramp.r2.cloudflarestorage.com",
      "{name}.r2.cloudflarestorage.com",
    ],
    differs: { name: "Cloudflare R2", region: "auto" },
  },
  {
    hosts: ["fly.storage.tigris.dev", "t3.storage.dev", "t3.tigrisfiles.io", "{name}.tigris.dev"],
    // Sends the request to the leader: without it, a conditional write may be judged by a copy that lags behind.
    differs: { name: "Tigris", region: "auto", headers: { "x-tigris-consistent": "true" } },
  },
  {
    hosts: ["storage.googleapis.com"],
    // A request must not have `x-amz-` and `x-goog-` headers both (400 ExcessHeaderValues), so Google's condition for
    // creating needs Google's signature.
    differs: {
      name: "Google Cloud Storage",
      region: "auto",
      signature: "goog4",
      createCondition: GOOGLE_GENERATION,
    },
  },
  {
    hosts: ["s3.{region}.backblazeb2.com"],
    // A PUT with a condition is answered 501.
    differs: { name: "Backblaze B2", createCondition: null },
  },
  { hosts: ["{region}.digitaloceanspaces.com"], differs: { name: "DigitalOcean Spaces" } },
  { hosts: ["s3.{region}.scw.cloud"], differs: { name: "Scaleway" } },
  { hosts: ["{region}.linodeobjects.com"], differs: { name: "Linode" } },
  { hosts: ["s3.{region}.wasabisys.com"], differs: { name: "Wasabi" } },
  { hosts: ["s3.wasabisys.com"], differs: { name: "Wasabi" } },
  { hosts: ["{region}.your-objectstorage.com"], differs: { name: "Hetzner" } },
  {
    hosts: ["s3.{region}.io.cloud.ovh.net", "s3.{region}.io.cloud.ovh.us", "s3.{region}.io.cloud.ovh.ca"],
    differs: { name: "OVHcloud" },
  },
  { hosts: ["s3.filebase.com"], differs: { name: "Filebase" } },
  {
    // Signs for the project's region, which no host name tells.
    hosts: ["{name}.storage.supabase.co", "{name}.supabase.co", "{name}.supabase.in", "{name}.supabase.red"],
    basePath: "/storage/v1/s3",
    differs: { name: "Supabase" },
  },
];

/** What may stand in a host name for each placeholder. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  "{region}": "(?<region>[a-z0-9-]+)",
  "{aws-region}": "(?<region>[a-z]+(?:-[a-z]+)+-\\d+)",
  "{name}": "[a-z0-9-]+",
};

interface KnownHost {
  /** Matches an endpoint's host name. */
  readonly endpoint: RegExp;
  /** Matches the same with a bucket's name before it. */
  readonly withBucket: RegExp;
  /** What the path of the endpoint begins with. */
  readonly basePath: string;
  /** How to talk to it. */
  readonly provider: Provider;
}

const KNOWN_HOSTS: readonly KnownHost[] = SERVICES.flatMap(({ hosts, basePath = "", differs }) =>
  hosts.map((template) => {
    const pattern = template.replace(/\{[a-z-]+\}|\./g, (part) => PLACEHOLDERS[part] ?? "\\.");
    return {
      endpoint: new RegExp(`^(?:.+\\.)?${pattern}$`, "i"),
      withBucket: new RegExp(`^(?<bucket>.+?)\\.(?<endpoint>${pattern})$`, "i"),
      basePath,
      provider: { ...CUSTOM, ...differs },
    };
  })
);

/**
 * Finds out how to talk to an endpoint.
 *
 * @param endpointHost The endpoint's host name without port; `null` for Amazon's own.
 * @returns What is known; the common behaviour of S3-compatible servers for an unknown host.
 */
export function providerFor(endpointHost: string | null): Provider {
  if (endpointHost === null) return AWS;
  for (const known of KNOWN_HOSTS) {
    const match = known.endpoint.exec(endpointHost);
    if (match === null) continue;
    const region = match.groups?.["region"]?.toLowerCase();
    return { ...known.provider, ...(region === undefined ? {} : { region }) };
  }
  return CUSTOM;
}

/**
 * The region that follows from an endpoint.
 *
 * @param endpointHost The endpoint's host name without port.
 * @returns The region that its name tells, or the one that the service always has; `null` when neither is so.
 */
export function hostRegion(endpointHost: string): string | null {
  const known = KNOWN_HOSTS.find(({ endpoint }) => endpoint.test(endpointHost));
  const region = known?.endpoint.exec(endpointHost)?.groups?.["region"]?.toLowerCase();
  return region ?? (known?.provider.region === "auto" ? "auto" : null);
}

/** A bucket at a known service. */
export interface BucketHost {
  /** The bucket's name. */
  readonly bucket: string;
  /** The service's base URL. */
  readonly endpoint: string;
  /** The region, where the host name tells it. */
  readonly region: string | null;
  /** How to talk to it. */
  readonly provider: Provider;
}

/**
 * Reads a host name such as `bucket.s3.fr-par.scw.cloud`.
 *
 * @param host The host name, without port.
 * @returns The bucket and its service; `null` when it is none of a known service.
 */
export function parseBucketHost(host: string): BucketHost | null {
  for (const { withBucket, basePath, provider } of KNOWN_HOSTS) {
    const groups = withBucket.exec(host)?.groups;
    if (groups === undefined) continue;
    const { bucket = "", endpoint = "", region = null } = groups;
    return { bucket, endpoint: `https://${endpoint}${basePath}`, region, provider };
  }
  return null;
}
