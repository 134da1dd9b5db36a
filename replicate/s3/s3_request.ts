/**
 * A request to an S3 server and its answer, as data.
 *
 * @module
 */

/** The kinds of operation that are counted, named as Litestream's metrics name them. */
export type S3Operation = "PUT" | "GET" | "LIST" | "DELETE";

/** An HTTP request that was tried, as whoever counts sees it. */
export interface RequestOutcome {
  /** Its kind. */
  readonly operation: S3Operation;
  /** The bytes that were sent; of a `GET`, those that the answer announces. */
  readonly bytes: number;
  /** The answer's status; null when none came. */
  readonly status: number | null;
}

/** Is told of every HTTP request that was tried. */
export type RequestObserver = (request: RequestOutcome) => void;

/** One request. */
export interface S3Request {
  /** As what it is counted. */
  readonly operation: S3Operation;
  /** What it is for, to follow "Cannot": `read object "x" in s3://bucket`. */
  readonly what: string;
  /** Whether a 404 can only mean that the object is missing. */
  readonly isObject: boolean;
  /** The HTTP method. */
  readonly method: "DELETE" | "GET" | "HEAD" | "POST" | "PUT";
  /** Where to. */
  readonly url: URL;
  /** Headers to sign. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers to send unsigned. */
  readonly unsignedHeaders?: Readonly<Record<string, string>>;
  /** The body; `null` for none. */
  readonly body: Uint8Array<ArrayBuffer> | null;
  /** Statuses outside 200–299 that are answers, not failures. */
  readonly accept: readonly number[];
}

/** An answer whose body was read. */
export interface S3Reply {
  /** The HTTP status. */
  readonly status: number;
  /** The reply's headers. */
  readonly headers: Headers;
  /** The body. */
  readonly text: string;
}
