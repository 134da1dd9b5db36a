import { assertEquals } from "@std/assert";
import { clientAddress, type TrustProxy } from "../../server/client_address.ts";

const CONNECTION = "198.51.100.7";

function hops(count: number): TrustProxy {
  return { kind: "hops", count };
}

function addressOf(forwardedFor: string | null, trust: TrustProxy): string {
  return clientAddress(
    new Headers(forwardedFor === null ? {} : { "X-Forwarded-For": forwardedFor }),
    CONNECTION,
    trust,
  );
}

Deno.test("clientAddress() takes the connection's when no proxy is trusted, whatever a client says", () => {
  assertEquals(addressOf(null, { kind: "none" }), CONNECTION);
  assertEquals(addressOf("192.0.2.1", { kind: "none" }), CONNECTION);
  assertEquals(clientAddress(new Headers(), "2001:db8::1", { kind: "none" }), "2001:db8:0:0::/64");
  assertEquals(clientAddress(new Headers(), null, { kind: "none" }), "unknown");
});

Deno.test("clientAddress() counts hops from the right, so that forged entries to the left change nothing", () => {
  for (const forged of ["", "203.0.113.9, ", "a, b, c, ", "192.0.2.1,192.0.2.1,", ", , "]) {
    assertEquals(addressOf(`${forged}192.0.2.1`, hops(1)), "192.0.2.1", forged);
    assertEquals(addressOf(`${forged}192.0.2.1, 10.0.0.1`, hops(2)), "192.0.2.1", forged);
  }
});

Deno.test("clientAddress() takes several headers of one name for one list", () => {
  const headers = new Headers([["X-Forwarded-For", "203.0.113.9"], ["X-Forwarded-For", "192.0.2.1"]]);
  assertEquals(clientAddress(headers, CONNECTION, hops(1)), "192.0.2.1");
});

Deno.test("clientAddress() falls back to the connection's when the trusted place holds no address", () => {
  for (const text of [null, "", "unknown", "192.0.2.1, nonsense", "192.0.2.1,", "999.1.1.1"]) {
    assertEquals(addressOf(text, hops(1)), CONNECTION, String(text));
  }
  assertEquals(addressOf("192.0.2.1", hops(2)), CONNECTION, "fewer entries than hops");
});

Deno.test("clientAddress() takes the platform's header, and only when it holds one address", () => {
  const trust: TrustProxy = { kind: "header", name: "Fly-Client-IP" };
  const from = (value: string): string => clientAddress(new Headers({ "fly-client-ip": value }), CONNECTION, trust);
  assertEquals(from("2001:db8::7"), "2001:db8:0:0::/64");
  assertEquals(from("192.0.2.1, 192.0.2.2"), CONNECTION);
  assertEquals(addressOf("192.0.2.1", trust), CONNECTION);
});
