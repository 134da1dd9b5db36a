/**
 * What is special about the S3 services of this world, found by the endpoint's host name.
 *
 * Sources: Litestream's provider table (`s3/replica_client.go`), the providers' own documentation of conditional
 * writes, and Google's "Object storage request preconditions". An unknown host gets the common behaviour.
 *
 * @module
 */

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
  /** The header that turns a PUT into a create-if-absent. */
  readonly createCondition: CreateCondition;
  /** How many parts of one upload may be under way at once. */
  readonly partsInFlight: number;
}

/** RFC 9110, 13.1.2; honoured for PUT by AWS, R2, Tigris, MinIO, Ceph, DigitalOcean, OVH and Scaleway. */
const IF_NONE_MATCH: CreateCondition = { name: "if-none-match", value: "*" };

/** Google ignores `If-None-Match` on a PUT; generation 0 means "no live version". */
const GOOGLE_GENERATION: CreateCondition = { name: "x-goog-if-generation-match", value: "0" };

/** More do not help a part of 8 MiB, and Cloudflare R2 answers errors above two. */
const PARTS_IN_FLIGHT = 2;

const CUSTOM: Provider = {
  name: "S3-compatible",
  region: "us-east-1",
  pathStyle: true,
  headers: {},
  createCondition: IF_NONE_MATCH,
  partsInFlight: PARTS_IN_FLIGHT,
};

/** Amazon's own service: what an endpoint of `null` means. */
export const AWS: Provider = { ...CUSTOM, name: "AWS S3", pathStyle: false };

interface KnownHost {
  /** Matches the endpoint's host name; the group `region`, if there is one, names the region. */
  readonly host: RegExp;
  /** What differs from the common behaviour. */
  readonly differs: Partial<Provider>;
}

const KNOWN_HOSTS: readonly KnownHost[] = [
  {
    host: /^s3[.-](?:dualstack\.|fips\.)?(?<region>[a-z]+(?:-[a-z]+)+-\d+)\.amazonaws\.com(?:\.cn)?$/,
    differs: { ...AWS },
  },
  { host: /^s3\.amazonaws\.com$/, differs: { ...AWS } },
  { host: /(?:^|\.)r2\.cloudflarestorage\.com$/, differs: { name: "Cloudflare R2", region: "auto" } },
  {
    host: /(?:^|\.)(?:fly\.storage\.tigris\.dev|t3\.storage\.dev|t3\.tigrisfiles\.io|tigris\.dev)$/,
    // Sends the request to the leader: without it, a conditional write may be judged by a copy that lags behind.
    differs: { name: "Tigris", region: "auto", headers: { "x-tigris-consistent": "true" } },
  },
  {
    host: /(?:^|\.)storage\.googleapis\.com$/,
    differs: { name: "Google Cloud Storage", region: "auto", createCondition: GOOGLE_GENERATION },
  },
  { host: /(?:^|\.)s3\.(?<region>[^.]+)\.backblazeb2\.com$/, differs: { name: "Backblaze B2" } },
  { host: /(?:^|\.)(?<region>[^.]+)\.digitaloceanspaces\.com$/, differs: { name: "DigitalOcean Spaces" } },
  { host: /(?:^|\.)s3\.(?<region>[^.]+)\.scw\.cloud$/, differs: { name: "Scaleway" } },
  { host: /(?:^|\.)(?<region>[^.]+)\.linodeobjects\.com$/, differs: { name: "Linode" } },
  { host: /(?:^|\.)s3\.(?<region>[^.]+)\.wasabisys\.com$/, differs: { name: "Wasabi" } },
  { host: /(?:^|\.)(?<region>[^.]+)\.your-objectstorage\.com$/, differs: { name: "Hetzner" } },
  { host: /(?:^|\.)s3\.(?<region>[^.]+)\.io\.cloud\.ovh\.[a-z]+$/, differs: { name: "OVHcloud" } },
  { host: /(?:^|\.)s3\.filebase\.com$/, differs: { name: "Filebase" } },
  { host: /\.supabase\.(?:co|in|red)$/, differs: { name: "Supabase" } },
];

/**
 * Finds out how to talk to an endpoint.
 *
 * @param endpointHost The endpoint's host name without port; `null` for Amazon's own.
 * @returns What is known; the common behaviour of S3-compatible servers for an unknown host.
 */
export function providerFor(endpointHost: string | null): Provider {
  if (endpointHost === null) return AWS;
  const host = endpointHost.toLowerCase();
  for (const known of KNOWN_HOSTS) {
    const match = known.host.exec(host);
    if (match === null) continue;
    const region = match.groups?.["region"];
    return { ...CUSTOM, ...known.differs, ...(region === undefined ? {} : { region }) };
  }
  return CUSTOM;
}
