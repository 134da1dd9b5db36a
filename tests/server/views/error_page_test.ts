import { assertStringIncludes } from "@std/assert";
import { errorPage } from "../../../server/views/error_page.ts";

Deno.test("errorPage() shows the message as text, and the way to the upload page", async () => {
  const page = await errorPage({ status: 404, message: 'Cannot find "<b>"', prefix: "/p", title: "<T>" });
  assertStringIncludes(page, "Cannot find &quot;&lt;b&gt;&quot;</p>");
  assertStringIncludes(page, "<title>Nothing is here · &lt;T&gt;</title>");
  assertStringIncludes(page, '<a class="button" href="/p/">');
  assertStringIncludes(await errorPage({ status: 400, message: "", prefix: "", title: "" }), "That did not work</h1>");
});
