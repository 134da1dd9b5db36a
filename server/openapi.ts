/**
 * The table of routes as an OpenAPI document.
 *
 * @module
 */

import { assetRoute, type Operation, type Route, ROUTES } from "./route_table.ts";

/** What the document says beside the routes. */
export interface OpenApiOptions {
  /** What the operator calls the site. */
  readonly title: string;
  /** What links to this instance begin with. */
  readonly serverUrl: string;
}

/** A value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const ERROR = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message"],
      properties: { code: { type: "string" }, message: { type: "string" } },
    },
  },
};

/**
 * Writes the document.
 *
 * @param options What it says beside the routes.
 * @returns An OpenAPI 3.1 document.
 */
export function openApiDocument({ title, serverUrl }: OpenApiOptions): { readonly [name: string]: Json } {
  const paths: Record<string, Record<string, Json>> = {};
  for (const { method, paths: names, operation } of [...Object.values<Route>(ROUTES), assetRoute([])]) {
    for (const name of names) {
      (paths[name] ??= {})[method.toLowerCase()] = describe(name, operation);
    }
  }
  return {
    openapi: "3.1.0",
    info: { title, version: "1", description: "Text in over HTTP, a link out. Every GET answers HEAD." },
    servers: [{ url: serverUrl }],
    paths,
    components: {
      schemas: { Error: ERROR },
      securitySchemes: { uploadToken: { type: "http", scheme: "bearer" } },
    },
  };
}

function describe(path: string, operation: Operation): { readonly [name: string]: Json } {
  const { summary, query = {}, headers = {}, body, token, types, answers } = operation;
  const described = (where: "query" | "header") => ([name, description]: readonly [string, string]): Json => ({
    ...parameter(name, where),
    description,
  });
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => parameter(name, "path"));
  const inQuery = Object.entries(query).map(described("query"));
  const inHeaders = Object.entries(headers).map(described("header"));
  return {
    summary,
    parameters: [...inPath, ...inQuery, ...inHeaders],
    ...(body === undefined ? {} : { requestBody: requestBody(body) }),
    // The empty requirement: most instances let everybody upload.
    ...(token ? { security: [{}, { uploadToken: [] }] } : {}),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, description]) => [status, answer(Number(status), description, types)]),
    ),
  };
}

function parameter(name: string, where: "path" | "query" | "header"): { readonly [name: string]: Json } {
  return { name, in: where, required: where === "path", schema: { type: "string" } };
}

function requestBody(body: NonNullable<Operation["body"]>): Json {
  const bytes = { "*/*": { schema: { type: "string", contentMediaType: "application/octet-stream" } } };
  const form = { "multipart/form-data": { schema: { type: "object", additionalProperties: { type: "string" } } } };
  return { required: true, content: body === "bytes" ? bytes : { ...bytes, ...form } };
}

function answer(status: number, description: string, types: readonly string[]): Json {
  if (status === 304 || status === 303 || status === 204) return { description };
  const error = {
    "text/plain": { schema: { type: "string" } },
    "application/json": { schema: { $ref: "#/components/schemas/Error" } },
  };
  const content = Object.fromEntries(types.map((type) => [type, {}]));
  return { description, content: status >= 400 ? error : content };
}
