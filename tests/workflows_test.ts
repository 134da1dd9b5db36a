/** What GitHub runs: the same gate as everywhere, and nothing that could change behind our back. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "@std/yaml";
import { z } from "zod";
import { readProjectFile } from "./support/project_file.ts";
import { readSourceTree } from "./support/source_tree.ts";

const permissions = z.record(z.string(), z.enum(["read", "write", "none"]));
const step = z.looseObject({ uses: z.string().optional(), run: z.string().optional() });
const workflow = z.looseObject({
  permissions,
  jobs: z.record(
    z.string(),
    z.looseObject({
      permissions: permissions.optional(),
      uses: z.string().optional(),
      "timeout-minutes": z.number().optional(),
      steps: z.array(step).optional(),
    }),
  ),
});

const texts = (await readSourceTree()).filter(({ path }) => path.startsWith(".github/workflows/"));
const workflows = new Map(texts.map(({ path, text }) => [path, workflow.parse(parse(text))]));
const release = readProjectFile(".github/workflows/release.yml");

Deno.test("every action is pinned to a commit, and says which version that is", () => {
  const uses = texts.flatMap(({ text }) => [...text.matchAll(/uses: (.*)/g)].map(([, action = ""]) => action));
  assert(uses.length > 0);
  for (const action of uses) assertMatch(action, /^(\.\/\S+|[\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
});

Deno.test("one action has one version in all workflows", () => {
  const pins = texts.flatMap(({ text }) => [...text.matchAll(/uses: ([\w/-]+)@(\w+)/g)]);
  const versions = new Map(pins.map(([, name, commit]) => [name, commit]));
  for (const [, name, commit] of pins) assertEquals(versions.get(name), commit, name);
});

Deno.test("a workflow may write nothing but packages, and that only in the jobs that push images", () => {
  for (const [path, { permissions, jobs }] of workflows) {
    assert(!Object.values(permissions).includes("write"), path);
    for (const [name, job] of Object.entries(jobs)) {
      const writes = Object.entries(job.permissions ?? {}).filter(([, level]) => level === "write");
      assertEquals(writes.map(([scope]) => scope), ["build", "join"].includes(name) ? ["packages"] : [], name);
    }
  }
});

Deno.test("every job ends after a while", () => {
  for (const { jobs } of workflows.values()) {
    for (const [name, job] of Object.entries(jobs)) assert(job.uses ?? job["timeout-minutes"], name);
  }
});

Deno.test("pull requests and releases pass the gate, which is .ci/run", () => {
  const gate = workflows.get(".github/workflows/gate.yml");
  assertEquals(gate?.jobs["gate"]?.steps?.map(({ run }) => run).filter((run) => run), [".ci/run"]);
  assertEquals(workflows.get(".github/workflows/release.yml")?.jobs["gate"]?.uses, "./.github/workflows/gate.yml");
});

Deno.test("a release is an image for two architectures, and says what it is made of and by whom", () => {
  for (const architecture of ["amd64", "arm64"]) {
    assert(release.includes(`architecture: ${architecture}`));
    assert(release.includes(`:$VERSION-${architecture}"`));
  }
  assertMatch(release, /provenance: mode=max/);
  assertMatch(release, /sbom: true/);
});
