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
      "'https://p.example/?expire=1h'",
      "'https://p.example/<id>?tail=100'",
      "-H 'X-Delete-Token: <token>' https://p.example/<id>\n",
      'eval "$(curl -sS https://p.example/cli)"\n',
    ]
  ) assertStringIncludes(text, command);
});

Deno.test("usageText() speaks of a token only when one is needed", () => {
  const hint = "Authorization: Bearer <token>";
  assertFalse(usageText(SITE, "https://p.example").includes(hint));
  assertStringIncludes(usageText({ ...SITE, tokenRequired: true }, "https://p.example"), hint);
});
