import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { PasteError } from "../../server/errors.ts";
import { badHost, hasPossibleHost, linkBase, pathPrefix } from "../../server/link.ts";

function requestFor(host: string): Request {
  return new Request("http://ignored.example/x", { headers: { Host: host } });
}

const PLAIN = { baseUrl: null, behindProxy: false };

Deno.test("linkBase() takes the Host header when it is a host, perhaps with a port", () => {
  for (const host of ["paste.example", "localhost:3001", "my_app:80", "10.0.0.1", "[::1]:3001", "[2001:db8::1]"]) {
    assertEquals(linkBase(requestFor(host), PLAIN), `http://${host}`);
  }
});

Deno.test("linkBase() takes the URL's host when there is no Host header", () => {
  assertEquals(linkBase(new Request("http://h2.example:8080/x"), PLAIN), "http://h2.example:8080");
});

Deno.test("linkBase() says https when a proxy in front does", () => {
  assertEquals(linkBase(requestFor("a.example"), { ...PLAIN, behindProxy: true }), "https://a.example");
});

Deno.test("linkBase() takes the configured URL whatever the Host is", () => {
  assertEquals(linkBase(requestFor("<script>"), { ...PLAIN, baseUrl: "https://b.example/p" }), "https://b.example/p");
});

Deno.test("linkBase() throws bad-host when the Host header is none", () => {
  for (
    const host of [
      "",
      "a b",
      "a/b",
      "a@b",
      "evil.example\\",
      "a:b",
      "a:123456",
      "<script>",
      "[x]",
      "a?b",
      "a#b",
      "a:99999",
      "[::1",
      "[1::2::3]",
      ".",
      "-a",
      "a..b:x",
      "256.256.256.256",
      "a,b",
      "a\tb",
    ]
  ) {
    const error = assertThrows(() => linkBase(requestFor(host), PLAIN), PasteError);
    assertEquals([error.code, error.status], ["bad-host", 400], host);
  }
});

Deno.test("pathPrefix() is the path of the configured URL", () => {
  assertEquals(pathPrefix(null), "");
  assertEquals(pathPrefix("https://b.example"), "");
  assertEquals(pathPrefix("https://b.example/p/q"), "/p/q");
});

Deno.test("hasPossibleHost() refuses what would decide where the path begins", () => {
  for (const host of ["a/healthz?", "/x", "a?b", "a#b", "a b", "a\\b", "a@b", "["]) {
    assertFalse(hasPossibleHost(new Headers({ Host: host })), host);
  }
  for (const host of ["", "paste.example", "localhost:3001", "[::1]:3001", "_x.internal"]) {
    assert(hasPossibleHost(new Headers({ Host: host })), host);
  }
  assert(hasPossibleHost(new Headers()));
});

Deno.test("badHost() is a 400", () => {
  assertEquals(badHost().status, 400);
});
