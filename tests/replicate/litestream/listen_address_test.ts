import { assertEquals } from "@std/assert";
import { parseListenAddress } from "../../../replicate/litestream/listen_address.ts";

Deno.test("parseListenAddress() reads an address and a port, or a port alone", () => {
  assertEquals(parseListenAddress(":9090"), { host: "0.0.0.0", port: 9090 });
  assertEquals(parseListenAddress("127.0.0.1:0"), { host: "127.0.0.1", port: 0 });
  assertEquals(parseListenAddress("[::1]:9090"), { host: "::1", port: 9090 });
  assertEquals(parseListenAddress("localhost:80"), { host: "localhost", port: 80 });
});

Deno.test("parseListenAddress() takes nothing else for an address", () => {
  for (const text of ["", "9090", ":", ":http", ":65536", "::1:9090", "http://host:80", "host:80/x", "a b:1"]) {
    assertEquals(parseListenAddress(text), null, text);
  }
});
