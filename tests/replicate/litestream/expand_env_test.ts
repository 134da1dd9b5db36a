import { assertEquals } from "@std/assert";
import { expandEnv } from "../../../replicate/litestream/expand_env.ts";

Deno.test("expandEnv() puts variables where their names are, as Go does", () => {
  const env = { NAME: "value", A_1: "one", "1": "first" };
  const table: Readonly<Record<string, string>> = {
    "$NAME": "value",
    "${NAME}": "value",
    "a${NAME}b": "avalueb",
    "$NAMED": "",
    "$NAME-x/$A_1": "value-x/one",
    "'$NAME' \"$NAME\" # $NAME": "'value' \"value\" # value",
    "$UNSET|${UNSET}|": "||",
    "$1st": "firstst",
    "$$NAME": "NAME",
    "${}": "",
    "costs 5$": "costs 5$",
    "$ NAME": "$ NAME",
    "${NAME": "${NAME",
    "plain": "plain",
  };
  for (const [text, expanded] of Object.entries(table)) assertEquals(expandEnv(text, env), expanded, text);
});
