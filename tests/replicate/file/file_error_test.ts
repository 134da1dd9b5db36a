import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { ReplicateError } from "../../../replicate/errors.ts";
import { fileError, isMissing } from "../../../replicate/file/file_error.ts";

function system(code: string): Error {
  return Object.assign(new Error(`system says ${code}`), { code });
}

Deno.test("fileError() tells what may pass from what does not", () => {
  const table = [
    ["ENOSPC", "store-unavailable", "the disk is full"],
    ["EDQUOT", "store-unavailable", "the disk is full"],
    ["EIO", "store-unavailable", "the file system fails"],
    ["EMFILE", "store-unavailable", "the file system fails"],
    ["EACCES", "store-refused", "check the permissions"],
    ["EPERM", "store-refused", "check the permissions"],
    ["EROFS", "store-refused", "can only be read"],
    ["ENOTSUP", "store-refused", "hard links"],
  ] as const;
  for (const [code, expected, words] of table) {
    const cause = system(code);
    const error = fileError('create object "k" in file:///r', cause);
    if (!(error instanceof ReplicateError)) throw new Error(`${code} became ${error}`);
    assertEquals([error.code, error.retryable], [expected, expected === "store-unavailable"], code);
    assert(error.message.startsWith('Cannot create object "k" in file:///r') && error.message.includes(words));
    assertStrictEquals(error.cause, cause);
  }
});

Deno.test("fileError() leaves alone what is not the file system's", () => {
  const errors = [
    new TypeError("bug"),
    new DOMException("stop", "AbortError"),
    new ReplicateError("internal", "x"),
    "x",
  ];
  for (const error of errors) assertStrictEquals(fileError("x", error), error);
});

Deno.test("isMissing() sees missing files and folders", () => {
  assert(isMissing(new Deno.errors.NotFound()));
  assert(isMissing(new Deno.errors.NotADirectory()));
  assert(!isMissing(new Deno.errors.PermissionDenied()));
});
