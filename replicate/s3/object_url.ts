/**
 * Where an object lives: keys, and the URLs of a bucket and of its objects.
 *
 * @module
 */

/** What the URLs of a bucket are made from. */
export interface BucketAddress {
  /** The bucket's name. */
  readonly bucket: string;
  /** What all keys begin with, cleaned by {@linkcode cleanPrefix}; may be empty. */
  readonly prefix: string;
  /** The service's base URL, for example `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: URL;
  /** Whether the bucket's name goes into the path rather than into the host name. */
  readonly pathStyle: boolean;
}

/** Query parameters; an empty value is written as `name=`. */
export type Query = Readonly<Record<string, string>>;

/**
 * Cleans the path under which a replica lives in its bucket, as Litestream does with Go's `path.Join`:
 * no leading or trailing slash, no empty, `.` or `..` segment.
 *
 * @param path The configured path.
 * @returns The cleaned path; empty for the bucket's root.
 */
export function cleanPrefix(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") segments.pop();
    else segments.push(segment);
  }
  return segments.join("/");
}

/**
 * Puts a cleaned prefix before a key, or before the beginning of one.
 *
 * @param prefix The cleaned prefix; may be empty.
 * @param key The key; may be empty or end within a name.
 * @returns The key in the bucket.
 */
export function joinKey(prefix: string, key: string): string {
  return prefix === "" ? key : `${prefix}/${key}`;
}

/**
 * Encodes a key for a URL's path, each segment on its own, so that `/` stays.
 *
 * `+` must not stay (servers and signers read it as a space), and the five characters that
 * `encodeURIComponent` leaves alone are reserved in RFC 3986, on which SigV4's canonical form is built.
 *
 * @param key The key.
 * @returns The path.
 * @throws {TypeError} When a segment is empty, `.` or `..`: URL parsers would change it.
 */
export function encodeKey(key: string): string {
  return key.split("/").map((segment) => {
    if (segment === "" || segment === "." || segment === "..") {
      throw new TypeError(`Cannot use the key "${key}" as its parts must be names: current part is "${segment}"`);
    }
    return encodeStrictly(segment);
  }).join("/");
}

/**
 * The URL of the bucket itself.
 *
 * @param address The bucket.
 * @param query Query parameters.
 * @returns The URL.
 */
export function bucketUrl(address: BucketAddress, query: Query = {}): URL {
  return build(address, "", query);
}

/**
 * The URL of an object.
 *
 * @param address The bucket.
 * @param key The key relative to the address's prefix.
 * @param query Query parameters.
 * @returns The URL.
 * @throws {TypeError} When the key has a segment that is no name.
 */
export function objectUrl(address: BucketAddress, key: string, query: Query = {}): URL {
  return build(address, encodeKey(joinKey(address.prefix, key)), query);
}

/**
 * The base URL of a service.
 *
 * @param endpoint The configured endpoint, with or without scheme; `null` for Amazon's own.
 * @param region The region, which Amazon's host names contain.
 * @returns The URL, without credentials, query or trailing slash in its path.
 * @throws {TypeError} When the endpoint is no URL. The message does not repeat it: it may contain credentials.
 */
export function endpointUrl(endpoint: string | null, region: string): URL {
  if (endpoint === null) {
    return new URL(`https://s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`);
  }
  const url = URL.parse(/^[a-z]+:\/\//i.test(endpoint) ? endpoint : `https://${endpoint}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new TypeError(
      'Cannot use the S3 endpoint as it must be a host name or a URL such as "https://s3.example.com", without credentials',
    );
  }
  url.search = "";
  url.hash = "";
  return url;
}

/**
 * Makes sure that nobody on the way can read what is sent.
 *
 * @param endpoint The service's base URL.
 * @throws {TypeError} When it is not HTTPS, unless it is on this machine.
 */
export function refuseClearText(endpoint: URL): void {
  const isLocal = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(endpoint.hostname);
  if (endpoint.protocol === "https:" || isLocal) return;
  throw new TypeError('Cannot send the encryption key over HTTP: the S3 endpoint must begin with "https://"');
}

function build(address: BucketAddress, path: string, query: Query): URL {
  const url = new URL(address.endpoint);
  const base = url.pathname.replace(/\/+$/, "");
  if (address.pathStyle) {
    url.pathname = `${base}/${encodeStrictly(address.bucket)}${path === "" ? "" : `/${path}`}`;
  } else {
    url.hostname = `${address.bucket}.${url.hostname}`;
    url.pathname = `${base}/${path}`;
  }
  // By hand: URLSearchParams writes a space as "+", which some servers take for a plus sign.
  url.search = Object.entries(query).map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`)
    .join("&");
  return url;
}

function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
