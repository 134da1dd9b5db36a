import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { parseServerConfig, ServerConfigError } from "../../server/config.ts";
import { SERVER_SETTINGS } from "../../server/settings.ts";

Deno.test("parseServerConfig() gives the defaults when nothing is set", () => {
  const config = parseServerConfig({}, []);
  assertEquals(config, {
    port: 3001,
    host: "0.0.0.0",
    databasePath: "data/store.db",
    baseUrl: null,
    behindProxy: false,
    metricsAddress: null,
    trustProxy: null,
    logLevel: "info",
    title: "Pastestream",
    subtitle: "Send text, get a link",
    footer: "",
    showDocs: true,
    maxBytes: 2 * 1024 * 1024,
    defaultExpiryMs: null,
    maxExpiryMs: null,
    cacheBytes: 32 * 1024 * 1024,
    maxTotalBytes: null,
    perMinuteLimit: null,
    uploadTokens: [],
    durabilityTimeoutMs: 10_000,
    help: false,
  });
  assert(Object.isFrozen(config));
});

Deno.test("parseServerConfig() reads METRICS_ADDR with and without a host, and refuses what has no port", () => {
  const table = {
    ":9090": { host: "0.0.0.0", port: 9090 },
    "127.0.0.1:0": { host: "127.0.0.1", port: 0 },
    "localhost:1": { host: "localhost", port: 1 },
    "[::1]:65535": { host: "::1", port: 65_535 },
    "": null,
  };
  for (const [text, expected] of Object.entries(table)) {
    assertEquals(parseServerConfig({ METRICS_ADDR: text }, []).metricsAddress, expected, text);
  }
  for (const text of ["9090", "localhost", ":", ":65536", "::1:9090", "http://localhost:9090", "a b:1"]) {
    const error = assertThrows(() => parseServerConfig({ METRICS_ADDR: text }, []), ServerConfigError);
    assertEquals(error.problems.length, 1, text);
  }
});

Deno.test("parseServerConfig() reads every variable of the table", () => {
  const env: Readonly<Record<string, string>> = {
    PORT: "0",
    HOST: "::1",
    DB_PATH: "/x/y.db",
    BASE_URL: "https://paste.example/p/",
    LP_BEHIND_PROXY: "y",
    METRICS_ADDR: "[::1]:9090",
    LOG_LEVEL: "debug",
    SITE_TITLE: "T",
    SITE_SUBTITLE: "S",
    SITE_FOOTER: "<b>F</b>",
    SHOW_DOCUMENTATION: "false",
    MAX_SIZE: "5",
    DEFAULT_EXPIRY: "1h",
    MAX_EXPIRY: "30d",
    CACHE_BYTES: "0",
    TRUST_PROXY: "2",
    MAX_TOTAL_BYTES: "5GiB",
    PER_MINUTE_LIMIT: "7",
    UPLOAD_TOKENS: "0123456789abcdef",
  };
  assertEquals(Object.keys(env).toSorted(), SERVER_SETTINGS.map(({ name }) => String(name)).toSorted());
  const defaults = parseServerConfig({}, []);
  const config = parseServerConfig(env, []);
  assertEquals(config.baseUrl, "https://paste.example/p");
  const changed = Object.entries(config).filter(([key, value]) =>
    value !== Object.entries(defaults).find(([k]) => k === key)?.[1]
  );
  assertEquals(changed.length, SERVER_SETTINGS.length);
});

Deno.test("parseServerConfig() lets flags win over variables, with one dash or two, joined or apart", () => {
  const env = { SITE_TITLE: "env", SITE_SUBTITLE: "env", SITE_FOOTER: "env", MAX_SIZE: "7" };
  const config = parseServerConfig(env, [
    "-title",
    "a b",
    "--subtitle=x=y",
    "-footer=",
    "--showdocs=false",
    "-maxsize",
    "3",
  ]);
  assertEquals([config.title, config.subtitle, config.footer, config.showDocs], ["a b", "x=y", "", false]);
  assertEquals(config.maxBytes, 3 * 1024 * 1024);
});

Deno.test("parseServerConfig() counts -maxsize in MiB as LogPaste does, MAX_SIZE in bytes, and takes units for both", () => {
  assertEquals(parseServerConfig({}, ["-maxsize=2"]).maxBytes, 2_097_152);
  assertEquals(parseServerConfig({}, ["-maxsize=64KiB"]).maxBytes, 65_536);
  assertEquals(parseServerConfig({ MAX_SIZE: "4096" }, []).maxBytes, 4096);
  assertEquals(parseServerConfig({ MAX_SIZE: "10MiB" }, []).maxBytes, 10_485_760);
});

Deno.test("parseServerConfig() takes -showdocs alone, and with a value apart", () => {
  assert(parseServerConfig({ SHOW_DOCUMENTATION: "n" }, ["-showdocs"]).showDocs);
  assertFalse(parseServerConfig({}, ["-showdocs", "false", "-title", "t"]).showDocs);
});

Deno.test("parseServerConfig() takes an empty variable as not set", () => {
  assertEquals(parseServerConfig({ PORT: "", BASE_URL: "", SITE_TITLE: "" }, []), parseServerConfig({}, []));
});

Deno.test("parseServerConfig() throws every problem at once when several values are wrong", () => {
  const env = {
    PORT: "70000",
    BASE_URL: "ftp://x",
    LP_BEHIND_PROXY: "maybe",
    LOG_LEVEL: "loud",
    MAX_SIZE: "0",
    SHOW_DOCUMENTATION: "2",
  };
  const args = ["-maxsize", "big", "-speed", "5", "stray", "-title"];
  const { problems } = assertThrows(() => parseServerConfig(env, args), ServerConfigError);
  assertEquals(problems, [
    'Cannot read the flag "-speed" as there is no such flag',
    'Cannot read the argument "5" as only flags are expected',
    'Cannot read the argument "stray" as only flags are expected',
    'Cannot read the flag "-title" as it must be followed by a value',
    'Cannot read PORT as it must be a number from 0 to 65535: current value is "70000"',
    'Cannot read BASE_URL as it must be an http or https URL such as "https://paste.example", without query, fragment and credentials: current value is "ftp://x"',
    'Cannot read LP_BEHIND_PROXY as it must be "y" or "n": current value is "maybe"',
    'Cannot read LOG_LEVEL as it must be "debug" or "info" or "warning" or "error": current value is "loud"',
    'Cannot read SHOW_DOCUMENTATION as it must be "y" or "n": current value is "2"',
    'Cannot read the flag "-maxsize" as it must be a size from 1 to 536870912 bytes such as "2097152" or "2MiB": current value is "big"',
  ]);
});

Deno.test("parseServerConfig() does not throw when help is asked for", () => {
  for (const flag of ["-h", "--help", "-help"]) {
    assert(parseServerConfig({ PORT: "x" }, [flag]).help, flag);
  }
});

Deno.test("parseServerConfig() keeps a paste no longer than MAX_EXPIRY when its sender does not say", () => {
  const limits = (env: Record<string, string>) => {
    const { defaultExpiryMs, maxExpiryMs } = parseServerConfig(env, []);
    return [defaultExpiryMs, maxExpiryMs];
  };
  assertEquals(limits({ MAX_EXPIRY: "1h" }), [3_600_000, 3_600_000]);
  assertEquals(limits({ MAX_EXPIRY: "1h", DEFAULT_EXPIRY: "10m" }), [600_000, 3_600_000]);
  assertEquals(limits({ DEFAULT_EXPIRY: "10m" }), [600_000, null]);
  const env = { MAX_EXPIRY: "1h", DEFAULT_EXPIRY: "2h", CACHE_BYTES: "lots" };
  assertEquals(assertThrows(() => parseServerConfig(env, []), ServerConfigError).problems, [
    'Cannot read DEFAULT_EXPIRY as it must not be longer than MAX_EXPIRY, "1h": current value is "2h"',
    'Cannot read CACHE_BYTES as it must be a size such as "0", "33554432" or "32MiB": current value is "lots"',
  ]);
});

Deno.test("parseServerConfig() reads how many proxies to trust, or whose header", () => {
  const trusted = (text: string): unknown => parseServerConfig({ TRUST_PROXY: text }, []).trustProxy;
  assertEquals(trusted("0"), { kind: "none" });
  assertEquals(trusted("3"), { kind: "hops", count: 3 });
  assertEquals(trusted("Fly-Client-IP"), { kind: "header", name: "Fly-Client-IP" });
  for (const text of ["-1", "1.5", "21", "a b", "1a", "x,y"]) {
    assertThrows(() => trusted(text), ServerConfigError, "TRUST_PROXY", text);
  }
});

Deno.test("parseServerConfig() reads the limits, from LogPaste's flag too", () => {
  assertEquals(parseServerConfig({}, ["-perminutelimit", "5"]).perMinuteLimit, 5);
  assertEquals(parseServerConfig({ PER_MINUTE_LIMIT: "0" }, []).perMinuteLimit, null);
  assertEquals(parseServerConfig({ MAX_TOTAL_BYTES: "5GiB" }, []).maxTotalBytes, 5 * 1024 ** 3);
  for (const text of ["-1", "1.5", "many", "1000001"]) {
    assertThrows(() => parseServerConfig({ PER_MINUTE_LIMIT: text }, []), ServerConfigError, "PER_MINUTE_LIMIT", text);
  }
});

Deno.test("parseServerConfig() reads upload tokens, and repeats none that is wrong", () => {
  const read = (text: string): readonly string[] => parseServerConfig({ UPLOAD_TOKENS: text }, []).uploadTokens;
  assertEquals(read("0123456789abcdef, ghijklmnopqrstuv-._~+/=,"), ["0123456789abcdef", "ghijklmnopqrstuv-._~+/="]);
  for (const text of ["secret", "0123456789abcdef,secret", "0123456789 secret", ",", " "]) {
    const { problems } = assertThrows(() => read(text), ServerConfigError);
    assertEquals(problems.length, 1, text);
    assert(problems[0]?.endsWith("current value is not shown"), problems[0]);
    assertFalse(problems[0]?.includes("secret"), problems[0]);
  }
});
