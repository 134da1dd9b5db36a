/**
 * Every route: the pattern that the router gets, and what the contract says of it. There is no other list: a route
 * that is not here cannot be registered, and what stands here is published at `/openapi.json`.
 *
 * @module
 */

/** What a path may be asked for, in a line, with its answers. */
export interface Operation {
  /** What it does. */
  readonly summary: string;
  /** The parameters in the query; those in the path follow from the path. */
  readonly query?: Readonly<Record<string, string>>;
  /** The headers that say more than HTTP's own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the body is: any bytes, or also a form. */
  readonly body?: "bytes" | "bytes-or-form";
  /** Whether an upload token may be needed. */
  readonly token?: true;
  /** The media types of the answer. */
  readonly types: readonly string[];
  /** What each status means. */
  readonly answers: Readonly<Record<number, string>>;
}

/** One route. */
export interface Route {
  /** The method; GET answers HEAD too. */
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** What the router matches. */
  readonly patterns: readonly string[];
  /** The paths in words: `{…}` is a parameter. Often the pattern itself. */
  readonly paths: readonly string[];
  /** What it does. */
  readonly operation: Operation;
}

const TEXT = "text/plain";
const JSON_TYPE = "application/json";
const HTML = "text/html";

const CREATED = {
  400: "The paste is empty, an option cannot be understood, the form or the compression is broken, or the Host is none",
  401: "A token is needed, or the one sent is not valid",
  408: "The body came too slowly",
  413: "The paste is larger than this instance takes",
  415: "The body's content coding is not supported",
  429: "Too many pastes from this client; see Retry-After",
  503: "Not now: starting, stopping, fenced, overloaded or not yet durable; see Retry-After",
  507: "The disk is full, or all pastes together have reached their bound",
} as const;

const CREATE_OPTIONS = {
  query: {
    expire: "How long the paste stays: `10m`, `1h`, `7d`, `52w` or `never`, within the limit; goes before the header",
    burn: "`1`: the first reader is the last; goes before the header",
    name: "What the paste is called",
  },
  headers: { "Expires-In": "The same as `expire`", "X-Burn": "The same as `burn`" },
} as const;

/** What a link comes with. */
const WITH = "X-Delete-Token takes the paste back, X-Expires says until when it stays";

const FILTERS = {
  lines: "Only these lines: `5`, `5-9`, `5-` or `-9`, counted from 1; applied first",
  grep: "Then only lines that match this RE2 expression; several must all match",
  head: "Then only the first so many",
  tail: "Then only the last so many",
} as const;

const NO_PASTE = "There is no such paste, or no more";

const MISSES = "Too many misses from this client; see Retry-After";

/** All routes, by names that the application uses. */
export const ROUTES = {
  home: route("GET", "/", {
    summary: "The upload page for browsers, the usage for everybody else",
    types: [TEXT, HTML],
    answers: { 200: "The page", 400: "The Host header is none" },
  }),
  post: route("POST", "/", {
    summary:
      "Creates a paste from a form's first value or file, or from any other body as it is; options as fields too",
    ...CREATE_OPTIONS,
    body: "bytes-or-form",
    token: true,
    types: [TEXT, JSON_TYPE],
    answers: { 200: `The link, as a line or as JSON; ${WITH}`, 303: "A browser's form: to the paste", ...CREATED },
  }),
  put: route("PUT", "/", {
    summary: "Creates a paste from the body as it is",
    ...CREATE_OPTIONS,
    body: "bytes",
    token: true,
    types: [JSON_TYPE, TEXT],
    answers: { 200: `The id and the link; ${WITH}`, ...CREATED },
  }),
  putNamed: route("PUT", "/:name", {
    summary: "Creates a paste from the body as it is, and remembers the file's name",
    ...CREATE_OPTIONS,
    body: "bytes",
    token: true,
    types: [TEXT, JSON_TYPE],
    answers: { 200: `The link, as a line or as JSON; ${WITH}`, ...CREATED },
  }),
  delete: route("DELETE", "/:id", {
    summary: "Deletes a paste, for whoever has created it",
    headers: { "X-Delete-Token": "What came with the link; `Authorization: Bearer` may hold it too" },
    types: [],
    answers: {
      204: "It is gone",
      403: "The token is not the paste's own",
      404: NO_PASTE,
      429: MISSES,
      503: "Not now: starting, stopping, fenced or not yet durable; see Retry-After",
    },
  }),
  healthz: route("GET", "/healthz", {
    summary: "Whether the process is up",
    types: [TEXT],
    answers: { 200: "It is" },
  }),
  readyz: route("GET", "/readyz", {
    summary: "Whether pastes can be created and replication works",
    types: [JSON_TYPE],
    answers: { 200: "Ready", 503: "Not ready" },
  }),
  limits: route("GET", "/limits", {
    summary: "What a client may do here",
    types: [JSON_TYPE],
    answers: { 200: "The limits; null is none" },
  }),
  openapi: route("GET", "/openapi.json", {
    summary: "This document",
    types: [JSON_TYPE],
    answers: { 200: "The document", 400: "The Host header is none" },
  }),
  robots: route("GET", "/robots.txt", {
    summary: "What crawlers may read: the start page",
    types: [TEXT],
    answers: { 200: "The rules" },
  }),
  cli: route("GET", "/cli", {
    summary: 'A shell function for this instance: `eval "$(curl -sS …/cli)"`',
    types: [TEXT],
    answers: { 200: "The function", 400: "The Host header is none" },
  }),
  read: {
    method: "GET",
    // A wildcard, not "/:id": next to fixed paths a parameter would cost the router its fast form.
    patterns: ["/*"],
    paths: ["/{id}", "/{id}/raw", "/{id}/{name}"],
    operation: {
      summary: "Reads a paste: a page for browsers, the bytes as they are for everybody else and below /raw",
      query: FILTERS,
      types: [TEXT, HTML],
      answers: {
        200: "The paste, or the lines of it that were asked for",
        206: "The part of it that Range asks for",
        304: "The client has it already",
        400: "A filter cannot be understood, or takes too long",
        404: NO_PASTE,
        406: "Accept-Encoding refuses every form that there is",
        416: "Range asks for what is not there",
        429: MISSES,
        503: "Not now; see Retry-After",
      },
    },
  },
} as const satisfies Readonly<Record<string, Route>>;

/**
 * Makes the route of one of the pages' files.
 *
 * @param patterns The paths under which it is served.
 * @returns The route.
 */
export function assetRoute(patterns: readonly string[]): Route {
  return { method: "GET", patterns, paths: ASSET_PATHS, operation: ASSET };
}

/** Where the pages' files are. */
export const ASSET_PATHS = [
  "/static/{file}",
  "/static/vendor/highlight.js",
  "/js/logpaste.js",
  "/favicon.ico",
] as const;

const ASSET: Operation = {
  summary: "A file of the pages",
  types: ["text/css", "text/javascript", "image/svg+xml"],
  answers: { 200: "The file", 304: "The client has it already", 404: "There is no such file" },
};

function route<Pattern extends string>(method: Route["method"], pattern: Pattern, operation: Operation): Route {
  return { method, patterns: [pattern], paths: [pattern.replace(/:(\w+)/g, "{$1}")], operation };
}
