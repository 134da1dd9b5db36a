import { assertEquals } from "@std/assert";
import { serveLimits } from "../../../server/routes/limits.ts";
import { TestApp } from "../support.ts";

Deno.test("GET /limits tells what the instance enforces", async () => {
  await using test = await TestApp.open(["-perminutelimit", "15"], { env: { UPLOAD_TOKENS: "0123456789abcdef" } });
  const response = await test.request("/limits");
  assertEquals([response.status, response.headers.get("content-type")], [200, "application/json"]);
  assertEquals(await response.json(), {
    maxBytes: 1000,
    defaultExpirySeconds: null,
    maxExpirySeconds: null,
    uploadsPerMinute: 15,
    missesPerMinute: 600,
    uploadTokenRequired: true,
  });
});

Deno.test("serveLimits() says null where there is no limit", async () => {
  const limits = {
    maxBytes: 5,
    perMinuteLimit: null,
    defaultExpirySeconds: 60,
    maxExpirySeconds: 120,
    uploadTokenRequired: false,
  };
  const { uploadsPerMinute, defaultExpirySeconds, maxExpirySeconds } = await serveLimits(limits)().json();
  assertEquals([uploadsPerMinute, defaultExpirySeconds, maxExpirySeconds], [null, 60, 120]);
});
