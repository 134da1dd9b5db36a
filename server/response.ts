/**
 * Responses, with the headers that all of them carry and a length that HEAD can repeat.
 *
 * @module
 */

/** A page of ours: nothing but what this site serves, nothing inline, in no other site's frame. */
const HTML_POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Somebody else's bytes: whatever they are, they are not run. */
const INERT_POLICY = "default-src 'none'; sandbox";

/** No server behind a link in a page or a paste learns the page's address: it is all it takes to read a paste. */
const NO_REFERRER = { "Referrer-Policy": "no-referrer" };

/**
 * The forms in which the service answers, each with the headers that it needs and no more: every header costs
 * about a microsecond, a large share of what a small request costs at all.
 */
const FORMS = {
  /** Text of ours. */
  text: { "Content-Type": "text/plain; charset=utf-8" },
  /** JSON of ours. */
  json: { "Content-Type": "application/json" },
  /** A page of ours. */
  html: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": HTML_POLICY, ...NO_REFERRER },
  /** What went wrong, in words that may repeat some of the request's. */
  error: { "Content-Type": "text/plain; charset=utf-8", "Content-Security-Policy": INERT_POLICY, ...NO_REFERRER },
  /** The same for programs. */
  "error-json": { "Content-Type": "application/json", "Content-Security-Policy": INERT_POLICY, ...NO_REFERRER },
  /** Somebody else's bytes. */
  raw: { "Content-Type": "text/plain; charset=utf-8", "Content-Security-Policy": INERT_POLICY, ...NO_REFERRER },
} as const;

/** What every answer carries. */
const ALWAYS = { "X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*" };

/** The headers of each form with what every answer carries, as pairs. */
const PAIRS: ReadonlyMap<string, readonly [name: string, value: string][]> = new Map(
  Object.entries(FORMS).map(([form, headers]) => [form, Object.entries({ ...headers, ...ALWAYS })]),
);

/** The form of an answer. */
export type ResponseForm = keyof typeof FORMS;

/** What an answer is made of. */
export interface ResponseOptions {
  /** What kind of content it is. */
  readonly form: ResponseForm;
  /** Default: 200. */
  readonly status?: number;
  /** More headers; they win over the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

const encoder = new TextEncoder();

/**
 * Makes an answer.
 *
 * @param body Its content.
 * @param options Its form, status and further headers.
 * @returns The answer, with its form's security headers, a CORS header and `Content-Length`.
 */
export function respond(body: string | Uint8Array<ArrayBuffer>, options: ResponseOptions): Response {
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const { form, status = 200, headers } = options;
  return new Response(bytes, { status, headers: headersOf({ form, length: bytes.byteLength, headers }) });
}

/**
 * Makes an answer to what nobody asks for by HEAD: the server finds out the length of its body itself. Text and pairs
 * are what the platform makes a response of at the least cost.
 *
 * @param body Its content.
 * @param options Its form, status and further headers, none of which is one of its form's.
 * @returns The answer, with the headers of {@linkcode respond} but for the length.
 */
export function respondText(
  body: string,
  { form, status = 200, headers }: {
    readonly form: ResponseForm;
    readonly status?: number;
    readonly headers: readonly [name: string, value: string][];
  },
): Response {
  return new Response(body, { status, headers: [...PAIRS.get(form) ?? [], ...headers] });
}

/** What the headers of an answer follow from. */
export interface HeaderOptions {
  /** What kind of content it is. */
  readonly form: ResponseForm;
  /** How many bytes it has; `null` leaves that to the server, which counts the body of an answer that has one. */
  readonly length: number | null;
  /** More headers; they win over the usual ones. */
  readonly headers: Readonly<Record<string, string>> | undefined;
}

/**
 * Makes the headers of an answer, for those who give it more than once. A plain object: a response is made faster from
 * one than from `Headers`.
 *
 * @param options The answer's form, the length of its body in bytes, and further headers.
 * @returns The headers; must not be changed.
 */
export function headersOf({ form, length, headers }: HeaderOptions): Record<string, string> {
  return {
    ...FORMS[form],
    ...(length === null ? {} : { "Content-Length": String(length) }),
    ...ALWAYS,
    ...headers,
  };
}

/**
 * Makes an answer whose body is made while it is sent: each piece when the client has room for it.
 *
 * @param pieces The body's pieces; taking one must not fail.
 * @param options Its form, status and further headers.
 * @returns The answer, with the headers of {@linkcode respond} but for the length, which nobody knows yet.
 */
export function respondPieces(pieces: Iterable<string>, options: ResponseOptions): Response {
  const source = pieces[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => {
      const next = source.next();
      if (next.done) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
  }, { highWaterMark: 0 });
  return new Response(body, {
    status: options.status ?? 200,
    headers: {
      ...FORMS[options.form],
      ...ALWAYS,
      ...options.headers,
    },
  });
}

/**
 * Makes an answer without a body.
 *
 * @param status Such as 204 or 304.
 * @param headers Its headers, beside those that every answer carries.
 * @returns The answer.
 */
export function respondEmpty(status: number, headers: Readonly<Record<string, string>>): Response {
  return new Response(null, {
    status,
    headers: { ...ALWAYS, ...headers },
  });
}
