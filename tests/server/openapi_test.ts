import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { openApiDocument } from "../../server/openapi.ts";
import { type Route, ROUTES } from "../../server/route_table.ts";

/** What OpenAPI 3.1 demands of the parts that the document uses. */
const schema = z.strictObject({
  openapi: z.literal("3.1.0"),
  info: z.strictObject({ title: z.string().min(1), version: z.string().min(1), description: z.string() }),
  servers: z.array(z.strictObject({ url: z.url() })).length(1),
  paths: z.record(
    z.string().startsWith("/"),
    z.partialRecord(
      z.enum(["get", "put", "post", "delete"]),
      z.strictObject({
        summary: z.string().min(1),
        parameters: z.array(z.strictObject({
          name: z.string(),
          in: z.enum(["path", "query", "header"]),
          required: z.boolean(),
          description: z.string().optional(),
          schema: z.strictObject({ type: z.literal("string") }),
        })),
        requestBody: z.looseObject({ content: z.record(z.string(), z.looseObject({})) }).optional(),
        security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
        responses: z.record(z.string().regex(/^[2-5]\d\d$/), z.looseObject({ description: z.string().min(1) })),
      }),
    ),
  ),
  components: z.looseObject({ securitySchemes: z.looseObject({ uploadToken: z.looseObject({}) }) }),
});

const document = schema.parse(openApiDocument({ title: "T", serverUrl: "https://x.example" }));

Deno.test("openApiDocument() has every path of the table, with its method, statuses and parameters", () => {
  for (const { method, paths, operation } of Object.values<Route>(ROUTES)) {
    for (const path of paths) {
      const described = document.paths[path]?.[method.toLowerCase() as "get"];
      assertEquals(Object.keys(described?.responses ?? {}), Object.keys(operation.answers), path);
      const inPath = described?.parameters.filter((parameter) => parameter.in === "path").map(({ name }) =>
        `{${name}}`
      );
      assertEquals(inPath, path.match(/\{\w+\}/g) ?? [], path);
    }
  }
  const read = document.paths["/{id}"]?.get?.parameters.map(({ name }) => name);
  assertEquals(read, ["id", "lines", "grep", "head", "tail"]);
});

Deno.test("openApiDocument() says where a token may be needed", () => {
  const needing = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { security }]) => security ? [`${method} ${path}`] : [])
  );
  assertEquals(needing.toSorted(), ["post /", "put /", "put /{name}"]);
});

Deno.test("openApiDocument() refers to nothing that it does not have", () => {
  const text = JSON.stringify(document);
  for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    assert(text.includes(`"schemas":{"${name}"`), name);
  }
});
