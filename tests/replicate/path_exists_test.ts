import { assertEquals } from "@std/assert";
import { pathExists } from "../../replicate/path_exists.ts";

Deno.test("pathExists() finds files, folders and links, also a link that leads nowhere", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/file`, "");
    await Deno.symlink(`${folder}/nothing`, `${folder}/link`);
    for (const [path, expected] of [["file", true], ["link", true], ["", true], ["nothing", false]] as const) {
      assertEquals(await pathExists(`${folder}/${path}`), expected, path);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
