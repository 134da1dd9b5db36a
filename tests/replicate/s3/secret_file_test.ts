import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import { readSecretFile } from "../../../replicate/s3/secret_file.ts";
import { withFile } from "../../support/credentials_fixture.ts";

Deno.test("readSecretFile() leaves out the space around the token", async () => {
  await withFile(" t0ken\n", async (path) => assertEquals(await readSecretFile(path, "VARIABLE"), "t0ken"));
});

Deno.test("readSecretFile() names file and variable when there is nothing to read", async () => {
  await withFile("\n", async (path) => {
    for (const file of [path, `${path}-not`]) {
      const error = await assertRejects(() => readSecretFile(file, "VARIABLE"), ReplicateError);
      assertEquals(error.code, "store-refused");
      assert(error.message.includes(file) && error.message.includes("VARIABLE"));
    }
  });
});
