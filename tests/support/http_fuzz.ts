/**
 * Requests as nobody in their right mind sends them, made by chance.
 *
 * @module
 */

import type { Random } from "./random.ts";

const METHODS = [
  "GET",
  "GET",
  "GET",
  "HEAD",
  "PUT",
  "POST",
  "POST",
  "DELETE",
  "OPTIONS",
  "PATCH",
  "TRACE",
  "get",
  "BREW",
  "PUT",
];

const PATHS = [
  ..."/ /healthz /readyz /limits /openapi.json /robots.txt /favicon.ico /static/ /static/style.css /js/logpaste.js"
    .split(" "),
  ..."/..%2f..%2fetc%2fpasswd /../../etc/passwd /static/../../main.ts /static/%2e%2e/main.ts /static/..\\main.ts".split(
    " ",
  ),
  ..."//evil.example/x /%00 /%zz /%ff%fe /%E2%82 /. /.. /./healthz /a/b/c/raw /000000000000 /00000000 /%30%30".split(
    " ",
  ),
  "/" + "x".repeat(3000),
  "/" + "%41".repeat(2000),
  "/" + "a/".repeat(2000),
  "http://evil.example/000000000000",
  "*",
  "",
];

const QUERIES = [
  ..."?grep=(a%2B)%2B$ ?grep=( ?grep= ?grep=%ff ?head=-1 ?tail=99999999999 ?lines=9-1 ?lines=1-2&head=1&tail=1 ?x"
    .split(" "),
  ..."?%00=%00 ?grep=[[:alpha:]]{3}&grep=\\pL ?&&&== ?head=1&head=2 ? ?lines=-&grep=.* #grep=a".split(" "),
  `?grep=${"a?".repeat(600)}`,
];

const HEADERS: readonly ((random: Random) => string)[] = [
  () => "Accept: text/html",
  () => "Accept: application/json",
  () => "Accept: text/plain, application/json;q=0.9, text/html",
  () => "Content-Type: multipart/form-data; boundary=b",
  () => "Content-Type: multipart/form-data",
  () => 'Content-Type: multipart/form-data; boundary="b b"',
  () => "Content-Type: application/x-www-form-urlencoded",
  () => "Content-Type: ;;;=",
  () => "Content-Encoding: gzip",
  () => "Content-Encoding: identity, identity",
  () => "If-None-Match: *",
  () => 'If-None-Match: W/"000000000000", "',
  () => "Range: bytes=5-2,-0,99999999999999999999-",
  () => "Authorization: Bearer \u00e9\u0080",
  () => "Authorization: Basic =====",
  () => "X-Forwarded-For: ,,,999.1.1.1, [::",
  () => "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
  (random) => `X-Long: ${"y".repeat(random.integer(0, 20_000))}`,
  (random) => Array.from({ length: random.integer(1, 150) }, (_, i) => `X-${i}: ${i}`).join("\r\n"),
  (random) => `X-Bytes: ${text(random, 30, 0x80, 0xff)}`,
  (random) => `X-Controls: ${text(random, 5, 0x01, 0x1f).replace(/[\r\n]/g, "")}`,
];

/** Headers that change where a request ends. */
const FRAMING: readonly ((random: Random) => string)[] = [
  () => "Expect: 100-continue",
  () => "Transfer-Encoding: chunked",
  () => "Transfer-Encoding: gzip, chunked",
  () => "Upgrade: websocket\r\nConnection: Upgrade",
  (random) =>
    `Content-Length: ${random.pick(["0", "5", "-1", "+5", "5, 5", "5, 6", "0x5", "1e3", "9".repeat(20), ""])}`,
];

const HOSTS = [
  "a",
  "a",
  "a",
  "paste.example:80",
  "[::1]:1",
  "",
  "a b",
  "a/healthz?",
  "/x",
  "@",
  "\u00e9",
  "a:99999",
  "[",
  "a\\b",
  "#",
];

const BODIES = [
  "hello",
  "",
  "--b\r\nContent-Disposition: form-data; name=_\r\n\r\nx\r\n--b--\r\n",
  '--b\r\nContent-Disposition: form-data; name="_"; filename="\\"\r\n\r\nx\r\n--b',
  "--b\r\n".repeat(200),
  "5\r\nhello\r\n0\r\n\r\n",
  "zz\r\nhello\r\n0\r\n\r\n",
  "-5\r\nhello\r\n",
  "ffffffffffffffff\r\nhello",
  '5;ext="\r\nhello\r\n0\r\nTrailer: x\r\n\r\n',
  "\0\0\0\0\0",
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
];

/**
 * Makes one request: sometimes a good one, mostly nearly one, sometimes none at all.
 *
 * @param random Chance.
 * @param paths Paths that lead to something, beside those that do not.
 * @returns Characters that stand for a byte each.
 */
export function fuzzRequest(random: Random, paths: readonly string[]): string {
  if (random.next() < 0.02) return text(random, random.integer(0, 300), 0x00, 0xff);
  const path = random.pick([...PATHS, ...paths, ...paths, ...paths]) +
    (random.next() < 0.4 ? random.pick(QUERIES) : "");
  const version = random.next() < 0.95
    ? "HTTP/1.1"
    : random.pick(["HTTP/1.0", "HTTP/9.9", "http/1.1", "", "HTTP/1.1 x"]);
  const body = random.next() < 0.8 ? random.pick(BODIES) : text(random, random.integer(0, 5000), 0x00, 0xff);
  const headers = [
    ...random.next() < 0.95 ? [`Host: ${random.pick(HOSTS)}`] : [],
    `X-Fuzz-Client: 10.${random.integer(0, 255)}.${random.integer(0, 255)}.${random.integer(0, 255)}`,
    ...Array.from({ length: random.integer(0, 3) }, () => random.pick([...HEADERS, ...FRAMING])(random)),
    ...random.next() < 0.6 ? [`Content-Length: ${body.length + random.pick([0, 0, 0, 0, 1, -1, 1000])}`] : [],
  ];
  return `${random.pick(METHODS)} ${path} ${version}\r\n${headers.join("\r\n")}\r\n\r\n${body}`;
}

/**
 * Makes one request that begins and ends as it must, whatever it says in between; the server closes after it.
 *
 * @param random Chance.
 * @param paths Paths that lead to something, beside those that do not.
 * @returns Characters that stand for a byte each.
 */
export function oddRequest(random: Random, paths: readonly string[]): string {
  const method = random.pick(METHODS.filter((name) => name !== "TRACE"));
  const known = [...PATHS.filter((path) => path.startsWith("/")), ...paths, ...paths, ...paths];
  const path = random.pick(method === "POST" ? ["/", "/", "/", ...known] : known);
  const query = random.next() < 0.3 ? random.pick(QUERIES) : "";
  const noise = text(random, random.integer(0, 5000), 0x00, 0xff);
  const body = ["PUT", "POST"].includes(method) ? random.pick([...BODIES, noise]) : "";
  const headers = [
    `Host: ${random.next() < 0.9 ? "a" : random.pick(HOSTS)}`,
    `X-Fuzz-Client: 10.${random.integer(0, 255)}.${random.integer(0, 255)}.${random.integer(0, 255)}`,
    ...Array.from({ length: random.integer(0, 3) }, () => random.pick(HEADERS)(random)),
    `Content-Length: ${body.length}`,
    "Connection: close",
  ];
  return `${method} ${path}${query} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n${body}`;
}

/** Characters from a range, one byte each. */
function text(random: Random, count: number, from: number, to: number): string {
  return Array.from({ length: count }, () => String.fromCharCode(random.integer(from, to))).join("");
}
