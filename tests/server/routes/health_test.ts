import { assertEquals } from "@std/assert";
import type { ReplicationHealth } from "../../../server/ports.ts";
import { HEALTH_OFF, TestApp } from "../support.ts";

Deno.test("GET /healthz is 200 whatever replication does", async () => {
  await using test = await TestApp.open();
  test.health = { ...HEALTH_OFF, role: "fenced", error: "lost" };
  assertEquals(await (await test.request("/healthz")).text(), "ok\n");
});

Deno.test("GET /readyz is 200 only when this instance may write and replication works", async () => {
  await using test = await TestApp.open();
  const cases: readonly (readonly [ReplicationHealth, number])[] = [
    [HEALTH_OFF, 200],
    [{ ...HEALTH_OFF, role: "writer", position: "0123456789abcdef/00000001:4152", lagBytes: 5, lagSeconds: 1 }, 200],
    [{ ...HEALTH_OFF, role: "writer", error: "no bucket" }, 503],
    [{ ...HEALTH_OFF, role: "waiting" }, 503],
    [{ ...HEALTH_OFF, role: "fenced" }, 503],
  ];
  for (const [health, status] of cases) {
    test.health = health;
    const response = await test.request("/readyz");
    assertEquals([response.status, await response.json()], [status, { ready: status === 200, replication: health }]);
  }
});

Deno.test("GET /readyz tells the lag to the millisecond", async () => {
  await using test = await TestApp.open();
  test.health = { ...HEALTH_OFF, role: "writer", lagBytes: 9, lagSeconds: 0.21510712000000057 };
  const { replication } = await (await test.request("/readyz")).json();
  assertEquals(replication.lagSeconds, 0.215);
});
