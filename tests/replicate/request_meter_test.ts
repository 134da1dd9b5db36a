import { assertEquals } from "@std/assert";
import { RequestMeter } from "../../replicate/request_meter.ts";

Deno.test("RequestMeter adds requests up by kind and outcome, and begins anew once they were taken", () => {
  let calls = 0;
  const meter = new RequestMeter(() => calls++);
  meter.count({ operation: "PUT", sentBytes: 10, receivedBytes: 0, status: 200 });
  meter.count({ operation: "PUT", sentBytes: 5, receivedBytes: 0, status: 201 });
  meter.count({ operation: "PUT", sentBytes: 5, receivedBytes: 0, status: 503 });
  meter.count({ operation: "PUT", sentBytes: 5, receivedBytes: 0, status: null });
  meter.count({ operation: "LIST", sentBytes: 0, receivedBytes: 0, status: 307 });
  meter.count({ operation: "GET", sentBytes: 0, receivedBytes: 7, status: 404 });
  assertEquals(calls, 6);
  const replica = "s3://bucket";
  assertEquals(meter.take(replica), [
    { replica, operation: "PUT", status: "2xx", count: 2, bytes: 15 },
    { replica, operation: "PUT", status: "5xx", count: 1, bytes: 5 },
    { replica, operation: "PUT", status: "none", count: 1, bytes: 5 },
    { replica, operation: "LIST", status: "3xx", count: 1, bytes: 0 },
    { replica, operation: "GET", status: "4xx", count: 1, bytes: 7 },
  ]);
  assertEquals(meter.take(replica), []);
});
