import { assertFalse, assertStringIncludes } from "@std/assert";
import { burnPage } from "../../../server/views/burn_page.ts";

Deno.test("burnPage() asks before it leads to the bytes, and loads nothing that would read them", async () => {
  const page = await burnPage({ id: "000000000000", prefix: "/p", title: "<T>" });
  assertStringIncludes(page, '<form method="get" action="/p/000000000000/raw">');
  assertStringIncludes(page, "&lt;T&gt;</title>");
  assertFalse(/(?:src|href)="[^"]*000000000000/.test(page));
});
