import { assertEquals } from "@std/assert";
import { parseExpiry } from "../../../server/expiry.ts";
import { lifeChoices } from "../../../server/views/life_choices.ts";

function choices(defaultLife: string, longest: string): readonly string[] {
  const limits = { defaultExpiryMs: parseExpiry(defaultLife) ?? null, maxExpiryMs: parseExpiry(longest) ?? null };
  return lifeChoices(limits).map(({ value, text, isDefault }) => `${value}: ${text}${isDefault ? " *" : ""}`);
}

Deno.test("lifeChoices() offers the usual lives when there is no limit", () => {
  assertEquals(choices("never", "never"), [
    ...["10m: 10 minutes", "1h: 1 hour", "1d: 1 day", "7d: 7 days", "30d: 30 days", "never: never *"],
  ]);
});

Deno.test("lifeChoices() offers nothing beyond the longest, but that one and the default, whatever they are", () => {
  assertEquals(choices("3h", "7d"), ["10m: 10 minutes", "1h: 1 hour", "3h: 3 hours *", "1d: 1 day", "7d: 7 days"]);
  assertEquals(choices("2w", "2w"), ["10m: 10 minutes", "1h: 1 hour", "1d: 1 day", "7d: 7 days", "2w: 2 weeks *"]);
  assertEquals(choices("30s", "1m"), ["30s: 30 seconds *", "1m: 1 minute"]);
  assertEquals(choices("1d", "never").filter((choice) => choice.endsWith("*")), ["1d: 1 day *"]);
});
