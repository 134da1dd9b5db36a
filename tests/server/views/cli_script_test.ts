/** The shell function as people run it: real shells, real curl, a real service. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cliScript } from "../../../server/views/cli_script.ts";
import { NASTY_BYTES, TempFolder, TestServer } from "../support.ts";

const SHELLS = ["dash", "bash"] as const;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell that has the function, and a home of its own. */
class Shell implements AsyncDisposable {
  readonly #program: string;
  readonly #script: string;
  readonly folder: TempFolder = new TempFolder();

  constructor(program: string, script: string) {
    this.#program = program;
    this.#script = script;
  }

  async run(command: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const { code, stdout, stderr } = await new Deno.Command(this.#program, {
      args: ["-eu", "-c", `${this.#script}\n${command}`],
      cwd: this.folder.path,
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "", HOME: this.folder.path, ...env },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}

/** A service of one answer, which keeps what it was asked. */
class Recorder implements AsyncDisposable {
  readonly requests: { method: string; path: string; headers: Headers; body: string }[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(answer: (request: Request) => Response) {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
      const { method, headers, url } = request;
      this.requests.push({ method, path: new URL(url).pathname, headers, body: await request.text() });
      return answer(request);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

for (const program of SHELLS) {
  Deno.test(`paste sends standard input and files byte for byte, in ${program}`, async () => {
    await using test = await TestServer.open();
    await using shell = new Shell(program, cliScript(test.url));
    await Deno.writeFile(shell.folder.file("my log; 100%.bin"), NASTY_BYTES);
    const { code, stdout, stderr } = await shell.run(
      "paste < 'my log; 100%.bin'; cat *.bin | paste -n x; paste *.bin *.bin",
    );
    assertEquals([code, stderr], [0, ""]);
    const links = stdout.trimEnd().split("\n");
    assertEquals(links.length, 4);
    for (const link of links) assertEquals(await (await fetch(link)).bytes(), NASTY_BYTES);
  });

  Deno.test(`paste keeps the delete token for its owner alone, and deletes with it, in ${program}`, async () => {
    await using site = new Recorder((request): Response =>
      request.method === "DELETE"
        ? new Response(null, { status: 204 })
        : new Response(`${new URL(request.url).origin}/1tOPy6vmbMIh\n`, { headers: { "X-Delete-Token": "s3cret" } })
    );
    await using shell = new Shell(program, cliScript(site.url));
    const sent = await shell.run("echo hello | paste -e 1h -b -n 'a\"b.log'");
    assertEquals([sent.code, sent.stdout, sent.stderr], [0, `${site.url}/1tOPy6vmbMIh\n`, ""]);
    const body = site.requests[0]?.body ?? "";
    for (const piece of ['name="_"\r\n\r\nhello\n\r\n', 'name="expire"\r\n\r\n1h\r\n', 'name="burn"\r\n\r\n1\r\n']) {
      assertStringIncludes(body, piece);
    }
    assertStringIncludes(body, 'name="name"\r\n\r\na"b.log\r\n');
    const tokens = shell.folder.file(".local/state/pastestream/tokens");
    assertEquals(await Deno.readTextFile(tokens), `1tOPy6vmbMIh s3cret ${site.url}/1tOPy6vmbMIh\n`);
    assertEquals(((await Deno.stat(tokens)).mode ?? 0) & 0o777, 0o600);
    assertEquals((await shell.run("paste -l")).stdout, `${site.url}/1tOPy6vmbMIh\n`);

    const deleted = await shell.run(`paste -d '${site.url}/1tOPy6vmbMIh'`);
    assertEquals([deleted.code, deleted.stdout, deleted.stderr], [0, "", ""]);
    const last = site.requests.at(-1);
    assertEquals([last?.method, last?.path, last?.headers.get("x-delete-token")], [
      "DELETE",
      "/1tOPy6vmbMIh",
      "s3cret",
    ]);
    assertEquals(await Deno.readTextFile(tokens), "");
    const again = await shell.run("paste -d 1tOPy6vmbMIh");
    assertEquals(again.code, 1);
    assertMatch(again.stderr, /^paste: no delete token for "1tOPy6vmbMIh" in /);
  });

  Deno.test(`paste passes an upload token on, and takes another instance's address, in ${program}`, async () => {
    await using site = new Recorder(() => new Response("http://x.example/1tOPy6vmbMIh\n"));
    await using shell = new Shell(program, cliScript("http://127.0.0.1:1"));
    const { code, stderr } = await shell.run("echo x | paste", { PASTE_URL: `${site.url}/`, PASTE_TOKEN: "up load" });
    assertEquals([code, stderr], [0, ""]);
    assertEquals(site.requests[0]?.headers.get("authorization"), "Bearer up load");
  });

  Deno.test(`paste prints the link of what was sent though the delete token cannot be kept, in ${program}`, async () => {
    await using test = await TestServer.open();
    await using shell = new Shell(program, cliScript(test.url));
    await Deno.writeTextFile(shell.folder.file("taken"), "");
    const { code, stdout, stderr } = await shell.run("echo x | paste; echo y | paste", {
      XDG_STATE_HOME: shell.folder.file("taken"),
    });
    assertEquals(code, 0);
    assertEquals(stdout.trimEnd().split("\n").length, 2);
    for (const link of stdout.trimEnd().split("\n")) await (await fetch(link)).body?.cancel();
    assertStringIncludes(stderr, "paste: cannot keep the delete token in ");
  });

  Deno.test(`paste takes no pattern for an id, in ${program}`, async () => {
    await using test = await TestServer.open();
    await using shell = new Shell(program, cliScript(test.url));
    const sent = await shell.run("echo x | paste");
    const { code, stderr } = await shell.run("paste -d '.*'");
    assertEquals(code, 1);
    assertStringIncludes(stderr, 'paste: no delete token for ".*" in ');
    const kept = await fetch(sent.stdout.trim());
    assertEquals([kept.status, await kept.text()], [200, "x\n"]);
  });

  Deno.test(`paste -h prints its usage, in ${program}`, async () => {
    await using shell = new Shell(program, cliScript("http://127.0.0.1:1"));
    const { code, stdout, stderr } = await shell.run("paste -h");
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "use: paste [-e 1h] [-b] [-n name] [file...]\n");
  });

  Deno.test(`paste says what went wrong, and fails, in ${program}`, async () => {
    await using test = await TestServer.open(undefined, { maxBytes: 10 });
    await using shell = new Shell(program, cliScript(test.url));
    const cases: readonly (readonly [command: string, problem: string])[] = [
      ["printf '  ' | paste", "paste: Cannot store the paste as it is empty"],
      ["printf 12345678901 | paste", "larger than 10 bytes"],
      ["paste missing.log", 'paste: cannot read "missing.log"'],
      ["mkdir folder && paste folder", 'paste: cannot read "folder"'],
      ["paste -x", "paste: use: paste"],
      ["paste -d", "paste: say which paste to delete"],
      ["echo x | PASTE_URL=http://127.0.0.1:1 paste", "curl:"],
    ];
    for (const [command, problem] of cases) {
      const { code, stdout, stderr } = await shell.run(command);
      assertEquals([code === 0, stdout], [false, ""], command);
      assertStringIncludes(stderr, problem);
    }
  });

  Deno.test(`paste leaves nothing but its name in ${program}`, async () => {
    await using test = await TestServer.open();
    await using shell = new Shell(program, cliScript(test.url));
    const { stdout } = await shell.run(
      "name=mine id=mine; set > before; echo x | paste > /dev/null; echo x | paste -n y > /dev/null; " +
        "echo $name $id; command -v send || command -v ask || command -v fail || echo gone",
    );
    assertEquals(stdout, "mine mine\ngone\n");
  });
}

Deno.test("cliScript() quotes the address, whatever is in it", () => {
  assertStringIncludes(cliScript('http://x/$(a)`b`"}'), '"${PASTE_URL:-http://x/\\$(a)\\`b\\`\\"\\}}"');
});
