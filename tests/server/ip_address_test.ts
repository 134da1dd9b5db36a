import { assertEquals } from "@std/assert";
import { clientOf, parseAddress } from "../../server/ip_address.ts";

Deno.test("parseAddress() reads addresses, with the port that some proxies add", () => {
  const cases: Readonly<Record<string, string | null>> = {
    "192.0.2.1": "192.0.2.1",
    " 192.0.2.1 ": "192.0.2.1",
    "192.0.2.1:443": "192.0.2.1",
    "2001:db8::1": "2001:db8::1",
    "[2001:db8::1]": "2001:db8::1",
    "[2001:db8::1]:443": "2001:db8::1",
    "fe80::1%eth0": "fe80::1%eth0",
    "": null,
    "unknown": null,
    "_hidden": null,
    "192.0.2": null,
    "192.0.2.256": null,
    "192.0.2.1, 192.0.2.2": null,
    "[192.0.2.1]": null,
    "1::2::3": null,
    "[::1": null,
    "192.0.2.1:": null,
    "<script>": null,
  };
  for (const [text, address] of Object.entries(cases)) assertEquals(parseAddress(text), address, text);
});

Deno.test("clientOf() takes an IPv4 address as it is, also when it is written as IPv6", () => {
  for (const text of ["192.0.2.200", "::ffff:192.0.2.200", "::FFFF:c000:2c8", "0:0:0:0:0:ffff:192.0.2.200"]) {
    assertEquals(clientOf(text), "192.0.2.200", text);
  }
});

Deno.test("clientOf() takes the first 64 bits of an IPv6 address, however it is written", () => {
  for (
    const text of [
      "2001:db8:0:5::1",
      "2001:0DB8:0000:0005:ffff:ffff:ffff:ffff",
      "2001:db8:0:5::",
      "2001:db8::5:0:0:0:1",
    ]
  ) {
    assertEquals(clientOf(text), "2001:db8:0:5::/64", text);
  }
  assertEquals(clientOf("2001:db8:0:6::1"), "2001:db8:0:6::/64");
  assertEquals(clientOf("fe80::1%eth0"), "fe80:0:0:0::/64");
  assertEquals(clientOf("::1"), "0:0:0:0::/64");
  assertEquals(clientOf("64:ff9b::192.0.2.33"), "64:ff9b:0:0::/64");
});
