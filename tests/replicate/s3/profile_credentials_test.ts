import { assertEquals, assertRejects } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import { readProfile } from "../../../replicate/s3/profile_credentials.ts";
import { withFile } from "../../support/credentials_fixture.ts";

const FILE = `
# a comment
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key=abc/+=def==
region = eu-west-1

[ work ]\r
aws_access_key_id=AKIAWORK\r
AWS_SECRET_ACCESS_KEY = xyz\r
aws_session_token = t0ken\r
; aws_session_token = other

[half]
aws_access_key_id = AKIAHALF
`;

Deno.test("readProfile() reads the keys of a profile", async () => {
  await withFile(FILE, async (file) => {
    assertEquals(await readProfile({ file, profile: "default" }), {
      accessKeyId: "AKIADEFAULT",
      secretAccessKey: "abc/+=def==",
      sessionToken: null,
      expiresAtMs: null,
    });
    assertEquals(await readProfile({ file, profile: "work" }), {
      accessKeyId: "AKIAWORK",
      secretAccessKey: "xyz",
      sessionToken: "t0ken",
      expiresAtMs: null,
    });
  });
});

Deno.test("readProfile() finds nothing where there is nothing, or only a half", async () => {
  await withFile(FILE, async (file) => {
    for (const profile of ["other", "half", ""]) assertEquals(await readProfile({ file, profile }), null);
    assertEquals(await readProfile({ file: `${file}-not`, profile: "default" }), null);
  });
});

Deno.test("readProfile() is refused a file that is none", async () => {
  const folder = await Deno.makeTempDir();
  const error = await assertRejects(() => readProfile({ file: folder, profile: "default" }), ReplicateError);
  assertEquals(error.code, "store-refused");
  await Deno.remove(folder);
});
