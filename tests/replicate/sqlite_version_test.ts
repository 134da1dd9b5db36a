import { assertEquals } from "@std/assert";
import { hasWalResetBug } from "../../replicate/sqlite_version.ts";

Deno.test("hasWalResetBug() holds for everything older than 3.51.3, and for what cannot be read", () => {
  const table = {
    "3.45.1": true,
    "3.51.2": true,
    "3.51": true,
    "2.99.99": true,
    "next": true,
    "": true,
    "3.51.3": false,
    "3.52.0": false,
    "3.100.0": false,
    "4.0.0": false,
  };
  for (const [version, expected] of Object.entries(table)) assertEquals(hasWalResetBug(version), expected, version);
});
