import { assert, assertEquals } from "@std/assert";
import { parseServerConfig } from "../../server/config.ts";
import { formatSettings, SERVER_SETTINGS } from "../../server/settings.ts";

Deno.test("SERVER_SETTINGS names every setting once, with a meaning", () => {
  const names: readonly string[] = SERVER_SETTINGS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  for (const { name, meaning } of SERVER_SETTINGS) assert(meaning.length > 0, name);
});

Deno.test("SERVER_SETTINGS has defaults that the parser reads as its own", () => {
  const env = Object.fromEntries(SERVER_SETTINGS.map((setting) => [setting.name, setting.default]));
  assertEquals(parseServerConfig(env, []), parseServerConfig({}, []));
});

Deno.test("SERVER_SETTINGS has flags that the parser knows", () => {
  for (const { flag } of SERVER_SETTINGS) {
    if (flag) parseServerConfig({}, [`${flag}=1`]);
  }
});

Deno.test("formatSettings() names variable, flag, meaning and default", () => {
  const text = formatSettings([
    { name: "SITE_TITLE", flag: "-title", default: "Pastestream", meaning: "title of the site" },
    { name: "BASE_URL", default: "", meaning: "what links begin with" },
  ]);
  assertEquals(
    text,
    "  SITE_TITLE, -title\n      title of the site (default: Pastestream)\n  BASE_URL\n      what links begin with\n",
  );
});
