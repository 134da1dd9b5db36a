import { assertEquals, assertThrows } from "@std/assert";
import { formBoundary, type FormPart, splitForm } from "../../server/multipart.ts";
import { bytesOf, join, NASTY_BYTES } from "./support.ts";

const HEADER = 'Content-Disposition: form-data; name="_"\r\n\r\n';

function part(bytes: Uint8Array<ArrayBuffer>, name = "_", fileName: string | null = null): FormPart {
  return { name, fileName, bytes };
}

function plain(parts: readonly FormPart[]): readonly FormPart[] {
  return parts.map(({ name, fileName, bytes }) => ({ name, fileName, bytes: Uint8Array.from(bytes) }));
}

Deno.test("formBoundary() reads the boundary, quoted or not", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["multipart/form-data; boundary=abc", "abc"],
    ['multipart/form-data; boundary="a b:c"', "a b:c"],
    ["Multipart/Form-Data;charset=utf-8; BOUNDARY=----x'()", "----x'()"],
    ["multipart/form-data", null],
    ["multipart/form-data; boundary=", null],
    [`multipart/form-data; boundary=${"x".repeat(71)}`, null],
    ['multipart/form-data; boundary="a\\"b"', null],
    ["multipart/mixed; boundary=abc", null],
    ["text/plain; x=multipart/form-data; boundary=abc", null],
  ];
  for (const [contentType, boundary] of cases) assertEquals(formBoundary(contentType), boundary, contentType);
});

Deno.test("splitForm() returns every byte when values hold NUL, CRLF, invalid UTF-8 and byte order marks", () => {
  const body = join(`--X\r\n${HEADER}`, NASTY_BYTES, "\r\n--X--\r\n");
  assertEquals(plain(splitForm(body, "X")), [part(NASTY_BYTES)]);
});

Deno.test("splitForm() returns values and files in order", () => {
  const body = join(
    `--X\r\n${HEADER}\r\n--X\r\nContent-Type: text/plain\r\n`,
    'content-disposition: form-data; filename="a.log"; name="f"\r\n\r\none\r\n\r\n--X--\r\n',
  );
  assertEquals(plain(splitForm(body, "X")), [part(new Uint8Array()), part(bytesOf("one\r\n"), "f", "a.log")]);
});

Deno.test("splitForm() ignores preamble, epilogue and blanks after a boundary", () => {
  const body = join(`preamble\r\n--X \t\r\n${HEADER}a\r\n--X--\t\r\nepilogue\r\n--X\r\n`);
  assertEquals(plain(splitForm(body, "X")), [part(bytesOf("a"))]);
});

Deno.test("splitForm() takes lines that only look like the boundary as data", () => {
  for (
    const data of ["\r\n--Xy\r\n", "--X\r", "\n--X\n", "\r\n--x\r\n", "\r\n--X-\r\n", "\r\n --X\r\n", "\r\n-", "\r\r\n"]
  ) {
    const body = join(`--X\r\n${HEADER}${data}\r\n--X--`);
    assertEquals(plain(splitForm(body, "X")), [part(bytesOf(data))], JSON.stringify(data));
  }
});

Deno.test("splitForm() accepts a part without headers, and a form without parts", () => {
  assertEquals(plain(splitForm(join("--X\r\n\r\na\r\n--X--"), "X")), [part(bytesOf("a"), "")]);
  assertEquals(plain(splitForm(join("--X--\r\n"), "X")), []);
});

Deno.test("splitForm() reads names with quotes, semicolons and equals signs", () => {
  const cases: readonly (readonly [string, string, string | null])[] = [
    ['name="a; filename=b"', "a; filename=b", null],
    ['name="a"; filename="x;y=\\"z\\".log"', "a", 'x;y="z".log'],
    ['name="a"; filename="x%22y.log"', "a", 'x"y.log'],
    ["name=a; filename=b.log", "a", "b.log"],
    ['name="ü"; filename="ü.log"', "ü", "ü.log"],
    ["filename=only.log", "", "only.log"],
  ];
  for (const [parameters, name, fileName] of cases) {
    const body = join(`--X\r\nContent-Disposition: form-data; ${parameters}\r\n\r\na\r\n--X--`);
    assertEquals(plain(splitForm(body, "X")), [part(bytesOf("a"), name, fileName)], parameters);
  }
});

Deno.test("splitForm() agrees with the platform's parser on its own forms", async () => {
  for (let seed = 0; seed < 50; seed++) {
    const bytes = Uint8Array.from(
      { length: seed * 7 },
      (_, i) => [13, 10, 45, 65, 0, 255][(i * 31 + seed * 17) % 6] ?? 0,
    );
    const form = new FormData();
    form.append("f", new File([bytes], `file ${seed}.bin`));
    const request = new Response(form);
    const boundary = formBoundary(request.headers.get("content-type") ?? "") ?? "";
    const parts = splitForm(await request.bytes(), boundary);
    assertEquals(plain(parts), [part(bytes, "f", `file ${seed}.bin`)]);
  }
});

Deno.test("splitForm() throws SyntaxError when a form is broken", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", "first boundary"],
    ["--Y\r\n", "first boundary"],
    [`--X\r\n${HEADER}a`, "last boundary"],
    [`--X\r\n${HEADER}a\r\n--X`, "last boundary"],
    [`--X\r\n${HEADER}a\r\n--X\r\n`, "last boundary"],
    ["--X\r\nContent-Disposition: form-data\r\n--X--", "empty line"],
    [`--X\r\nA: ${"b".repeat(9000)}\r\n\r\na\r\n--X--`, "empty line"],
    [`--X\r\n${`${HEADER}\r\n--X\r\n`.repeat(101)}${HEADER}\r\n--X--`, "more than 100"],
  ];
  for (const [body, message] of cases) assertThrows(() => splitForm(bytesOf(body), "X"), SyntaxError, message);
});
