import { assertEquals, assertLessOrEqual } from "@std/assert";
import { UploadPace } from "../../replicate/upload_pace.ts";

Deno.test("UploadPace keeps an interval between the beginnings of uploads", () => {
  const pace = new UploadPace(1_000);
  assertLessOrEqual(pace.waitMs(5_000), 0);
  assertEquals(pace.uploaded({ turnAt: 5_000, beganAt: 5_000, endedAt: 5_050 }), 50);
  assertEquals([pace.waitMs(5_050), pace.waitMs(6_000)], [950, 0]);
  pace.hurry();
  assertLessOrEqual(pace.waitMs(5_050), 0);
});

Deno.test("UploadPace has the next upload wait a moment for those whom the last one has answered, where uploads follow each other", () => {
  const pace = new UploadPace(0);
  pace.uploaded({ turnAt: 0, beganAt: 0, endedAt: 48 });
  assertEquals(pace.waitMs(48), 6);
  pace.uploaded({ turnAt: 100, beganAt: 120, endedAt: 136 });
  assertEquals(pace.waitMs(136), 2);
  pace.uploaded({ turnAt: 200, beganAt: 200, endedAt: 209 });
  assertEquals(pace.waitMs(209), 0);
  pace.uploaded({ turnAt: 0, beganAt: 0, endedAt: 2_000 });
  assertEquals(pace.waitMs(2_000), 10);
});
