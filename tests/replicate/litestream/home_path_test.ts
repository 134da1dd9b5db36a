import { assertEquals } from "@std/assert";
import { absolutePath } from "../../../replicate/litestream/home_path.ts";

Deno.test("absolutePath() puts the user's folder where a tilde is, and the working folder before the rest", () => {
  const env = { HOME: "/home/jane" };
  const table: Readonly<Record<string, string>> = {
    "~": "/home/jane",
    "~/data/app.db": "/home/jane/data/app.db",
    "/var/../srv//app.db": "/srv/app.db",
    "app.db": `${Deno.cwd()}/app.db`,
    "~other/app.db": `${Deno.cwd()}/~other/app.db`,
  };
  for (const [path, absolute] of Object.entries(table)) assertEquals(absolutePath(path, env), absolute, path);
});

Deno.test("absolutePath() takes a tilde for a name when there is no user's folder", () => {
  assertEquals(absolutePath("~/app.db", {}), `${Deno.cwd()}/~/app.db`);
});
