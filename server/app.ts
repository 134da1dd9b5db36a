/**
 * The HTTP application: which request goes where.
 *
 * @module
 */

import { type Context, Hono } from "hono";
import type { BodyIntake } from "./body_intake.ts";
import type { Clock } from "./clock.ts";
import type { Codec } from "./codec.ts";
import type { ExpiryLimits } from "./create_options.ts";
import { errorPageResponse } from "./error_page_response.ts";
import { errorResponse } from "./error_response.ts";
import { PasteError } from "./errors.ts";
import type { Gate, Handler } from "./gate.ts";
import type { Grep } from "./grep.ts";
import { type LinkOptions, pathPrefix } from "./link.ts";
import type { PasteStore } from "./paste_store.ts";
import type { HealthProbe } from "./ports.ts";
import { respondEmpty } from "./response.ts";
import { assetRoute, type Route, ROUTES } from "./route_table.ts";
import { type Asset, robots, serveAsset } from "./routes/assets.ts";
import { cli } from "./routes/cli.ts";
import { postRoot, putNamed, putRoot } from "./routes/create.ts";
import { deletePaste } from "./routes/delete.ts";
import { healthz, readyz } from "./routes/health.ts";
import { home } from "./routes/home.ts";
import { type Limits, serveLimits } from "./routes/limits.ts";
import { serveOpenApi } from "./routes/openapi.ts";
import { readPaste } from "./routes/read.ts";
import type { Site } from "./views/home_page.ts";

/** What the application is made of. */
export interface AppParts {
  /** Where pastes are kept. */
  readonly store: PasteStore;
  /** How replication is doing. */
  readonly health: HealthProbe;
  /** The files of the pages. */
  readonly assets: readonly Asset[];
  /** Who may come in, and how often. */
  readonly gate: Gate;
  /** Takes bodies in. */
  readonly intake: BodyIntake;
  /** Matches the lines that a query asks for. */
  readonly grep: Grep;
  /** What is said of the limits. */
  readonly limits: Limits;
  /** How links are made. */
  readonly links: LinkOptions;
  /** What the operator calls the site, and its limits; the path is taken from the links. */
  readonly site: Omit<Site, "prefix">;
  /** How long pastes stay. */
  readonly expiry: ExpiryLimits;
  /** Tells the time. */
  readonly clock: Clock;
  /** Inflates what clients have compressed. */
  readonly codec: Codec;
  /** Whether pastes can be created already. */
  readonly phase: "starting" | "serving";
}

/** Methods that a path may know, in the order of an `Allow` header. */
const METHODS = ["GET", "PUT", "POST", "DELETE"] as const;

/**
 * Makes the application that serves pastes.
 *
 * Every route has one handler and no middleware: a middleware around a handler costs more than the handler.
 *
 * @param parts What it is made of.
 * @returns The application.
 */
export function createApp(parts: AppParts): Hono {
  const { store, health, links, gate, intake, grep, expiry, clock, codec } = parts;
  const prefix = pathPrefix(links.baseUrl);
  const site: Site = { ...parts.site, prefix };
  const create = { store, health, links, intake, maxBytes: site.maxBytes, expiry, codec };
  const app = commonApp((error, request) => errorPageResponse(error, request, site));
  const register = ({ method, patterns }: Route, handler: Handler): void => {
    for (const pattern of patterns) app.on(method, pattern, handler);
  };
  register(ROUTES.home, home({ site, links }));
  register(ROUTES.post, gate.creating(postRoot(create)));
  register(ROUTES.put, gate.creating(putRoot(create)));
  register(ROUTES.putNamed, gate.creating(putNamed(create)));
  register(ROUTES.delete, gate.reading(deletePaste({ store, health })));
  register(ROUTES.healthz, healthz);
  register(ROUTES.readyz, readyz(health, parts.phase));
  register(ROUTES.limits, serveLimits(parts.limits));
  register(ROUTES.openapi, serveOpenApi(site.title, links));
  register(ROUTES.robots, robots);
  register(ROUTES.cli, cli(links));
  for (const asset of parts.assets) register(assetRoute(asset.paths), serveAsset(asset));
  register(ROUTES.read, gate.reading(readPaste({ store, health, grep, clock, title: site.title, prefix })));
  return app;
}

/**
 * Makes the application that answers until the database is there.
 *
 * @param health How replication is doing.
 * @returns The application; all but `/healthz` is 503.
 */
export function createStartingApp(health: HealthProbe): Hono {
  const app = commonApp(errorResponse);
  app.get("/healthz", healthz);
  app.get("/readyz", readyz(health, "starting"));
  app.all("/*", () => {
    throw new PasteError(
      "starting",
      "Cannot answer yet as the service is starting: the database is being restored, try again soon",
    );
  });
  return app;
}

/** Answers what was thrown. */
type Refuse = (error: unknown, request: Request) => Response | Promise<Response>;

function commonApp(refuse: Refuse): Hono {
  const app = new Hono();
  app.onError((error, c) => refuse(error, c.req.raw));
  app.notFound((c) => refuse(wrongMethod(app, c), c.req.raw));
  app.options("/*", preflight);
  return app;
}

function preflight(): Response {
  return respondEmpty(204, {
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers":
      "Accept, Authorization, Content-Encoding, Content-Type, Expires-In, Range, X-Burn, X-Delete-Token",
    "Access-Control-Max-Age": "86400",
  });
}

/** Every path can be read, so what no route takes has the wrong method. */
function wrongMethod(app: Hono, c: Context): PasteError {
  const { path, raw } = c.req;
  const allowed: string[] = METHODS.filter((method) => app.router.match(method, path)[0].length > 0);
  const allow = ["GET", "HEAD", ...allowed.slice(1), "OPTIONS"].join(", ");
  return new PasteError("method-not-allowed", `Cannot ${raw.method} here: use ${allow.replace(", OPTIONS", "")}`, {
    headers: { "Allow": allow },
  });
}
