import { assertEquals } from "@std/assert";
import { clientParts } from "../../server/client_parts.ts";
import { parseServerConfig } from "../../server/config.ts";
import { ManualClock } from "./support.ts";

Deno.test("clientParts() tells the limits that it enforces, and no token", () => {
  const env = {
    MAX_SIZE: "5MiB",
    PER_MINUTE_LIMIT: "9",
    UPLOAD_TOKENS: "0123456789abcdef",
    BASE_URL: "https://x.example",
    DEFAULT_EXPIRY: "1h",
    MAX_EXPIRY: "1d",
  };
  const { limits, links } = clientParts(parseServerConfig(env, []), new ManualClock());
  assertEquals(limits, {
    maxBytes: 5 * 1024 * 1024,
    perMinuteLimit: 9,
    defaultExpirySeconds: 3600,
    maxExpirySeconds: 86_400,
    uploadTokenRequired: true,
  });
  assertEquals(links, { baseUrl: "https://x.example", behindProxy: false });
});
