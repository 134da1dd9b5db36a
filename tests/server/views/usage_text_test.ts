import { assert, assertFalse, assertStringIncludes } from "@std/assert";
import { usageText } from "../../../server/views/usage_text.ts";

const SITE = {
  ...{ title: "T", subtitle: "S", footer: "<b>", showDocs: true, maxBytes: 2_097_152, prefix: "" },
  ...{ defaultExpiryMs: null, maxExpiryMs: null, tokenRequired: false },
};

Deno.test("usageText() shows commands for this instance and its limit", () => {
  const text = usageText(SITE, "https://p.example");
  assert(text.startsWith("T: S\n"));
  assertStringIncludes(text, "up to 2 MiB, ");
  for (
    const command of [
      "curl -T app.log https://p.example/\n",
      "'https://p.example/?expire=1h'          10m, 1h, 1d, 7d, 30d, never (usual)\n",
      "'https://p.example/<id>?tail=100'",
      "-H 'X-Delete-Token: <token>' https://p.example/<id>\n",
      'eval "$(curl -sS https://p.example/cli)"\n',
    ]
  ) assertStringIncludes(text, command);
});

Deno.test("usageText() names no life that this instance refuses", () => {
  const text = usageText({ ...SITE, defaultExpiryMs: 7_200_000, maxExpiryMs: 86_400_000 }, "https://p.example");
  assertStringIncludes(text, "?expire=1h'          10m, 1h, 2h (usual), 1d\n");
  const short = usageText({ ...SITE, defaultExpiryMs: 300_000, maxExpiryMs: 600_000 }, "https://p.example");
  assertFalse(/\b(?:1h|never)\b/.test(short), short);
  for (const command of ["?expire=10m'         5m (usual), 10m\n", "-F expire=10m", "| paste -e 10m\n"]) {
    assertStringIncludes(short, command);
  }
});

Deno.test("usageText() speaks of a token only when one is needed", () => {
  const hint = "Authorization: Bearer <token>";
  assertFalse(usageText(SITE, "https://p.example").includes(hint));
  assertStringIncludes(usageText({ ...SITE, tokenRequired: true }, "https://p.example"), hint);
});
