import { assertEquals, assertStringIncludes } from "@std/assert";
import { folderStore, openApplication, withFolder } from "../../support/replicator_fixture.ts";
import { assertRestoresEqual } from "../../support/page_compare.ts";
import { runScript } from "../../support/service_process.ts";
import { S3Server } from "../../support/s3_server.ts";
import { storeOn } from "../../support/s3_server_store.ts";
import { serverEnv } from "../../support/s3_environment.ts";

const CLI = "replicate/cli.ts";

Deno.test("replicateOnce() uploads everything that is committed, beside an application, and only what is new", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    using application = openApplication(path);
    application.exec("CREATE TABLE item (body)");
    for (const body of ["one", "two"]) {
      application.exec(`INSERT INTO item VALUES ('${body}')`);
      const { code, stdout } = await runScript(CLI, ["replicate", "-once", path, `file://${folder}/replica`]);
      assertEquals(code, 0, stdout);
      assertStringIncludes(stdout, body === "one" ? "New generation" : "Replication resumed where it was");
      await assertRestoresEqual(folderStore(`${folder}/replica`), path);
    }
  });
});

Deno.test("replicateOnce() fails when a replica refuses it, or the file is no database", async () => {
  await using server = await S3Server.start();
  await withFolder(async (folder) => {
    const path = `${folder}/app.db`;
    {
      using application = openApplication(path);
      application.exec("CREATE TABLE item (body)");
    }
    const env = { ...serverEnv(server), LITESTREAM_SECRET_ACCESS_KEY: "wrong" };
    const refused = await runScript(CLI, ["replicate", "-once", path, `s3://${server.bucket}/db`], env);
    assertEquals(refused.code, 1, refused.stdout);
    assertStringIncludes(refused.stdout, "store-refused");
    await Deno.writeTextFile(`${folder}/text.db`, "no database ".repeat(500));
    const text = await runScript(CLI, ["replicate", "-once", `${folder}/text.db`, `file://${folder}/replica`]);
    assertEquals(text.code, 1, text.stdout);
    assertStringIncludes(text.stdout, "The database cannot be replicated");
    assertEquals(await Deno.readTextFile(`${folder}/text.db`), "no database ".repeat(500));
  });
});

Deno.test("replicateOnce() reaches the bucket that litestream.yml names, with the credentials that stand there", async () => {
  await using server = await S3Server.start();
  await withFolder(async (folder) => {
    const { region, accessKeyId, secretAccessKey } = server.signer;
    const replica = `url: s3://${server.bucket}/some/db, endpoint: '${server.endpoint}', region: ${region}`;
    const text = `access-key-id: ${accessKeyId}\nsecret-access-key: $SECRET\n` +
      `dbs: [{path: ${folder}/app.db, replicas: [{${replica}}]}]\n`;
    await Deno.writeTextFile(`${folder}/l.yml`, text);
    using application = openApplication(`${folder}/app.db`);
    application.exec("CREATE TABLE item (body)");
    const env = { LITESTREAM_CONFIG: `${folder}/l.yml`, SECRET: secretAccessKey, AWS_ACCESS_KEY_ID: "other" };
    const { code, stdout } = await runScript(CLI, ["replicate", "-once"], env);
    assertEquals(code, 0, stdout);
    await assertRestoresEqual(storeOn(server, { prefix: "some/db" }), `${folder}/app.db`);
    const validated = await runScript(CLI, ["validate", `${folder}/app.db`], env);
    assertEquals(validated.code, 0, validated.stderr);
    assertStringIncludes(validated.stdout, "ok");
  });
});
