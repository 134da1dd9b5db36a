import { assertStringIncludes } from "@std/assert";
import { burnPage } from "../../../server/views/burn_page.ts";

Deno.test("burnPage() leads to the paste by its button only, below the prefix", async () => {
  const page = await burnPage({ id: "000000000000", prefix: "/p", title: "<T>" });
  assertStringIncludes(page, '<form method="get" action="/p/000000000000/raw">');
  assertStringIncludes(page, "&lt;T&gt;");
});
