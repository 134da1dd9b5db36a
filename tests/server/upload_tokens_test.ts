import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { PasteError } from "../../server/errors.ts";
import { UploadTokens } from "../../server/upload_tokens.ts";

const TOKENS = ["first-token-0123456789", "second-token-987654321"];

function withAuthorization(value: string): Headers {
  return new Headers({ Authorization: value });
}

Deno.test("UploadTokens.verify() lets everybody in when there are no tokens", () => {
  const tokens = new UploadTokens([]);
  assertFalse(tokens.required);
  tokens.verify(new Headers());
  tokens.verify(withAuthorization("Bearer whatever"));
});

Deno.test("UploadTokens.verify() lets any of the tokens in, whatever the case of the scheme", () => {
  const tokens = new UploadTokens(TOKENS);
  assert(tokens.required);
  for (const token of TOKENS) {
    for (const scheme of ["Bearer", "bearer", "BEARER "]) tokens.verify(withAuthorization(`${scheme} ${token}`));
  }
});

Deno.test("UploadTokens.verify() throws token-required with a challenge, and repeats nothing that was sent", () => {
  const tokens = new UploadTokens(TOKENS);
  const wrong = [
    "",
    "Bearer",
    "Bearer x",
    "Basic Zmlyc3Q=",
    `Bearer ${TOKENS[0]}x`,
    `Bearer ${TOKENS.join(",")}`,
    TOKENS[0],
  ];
  for (const value of wrong) {
    const headers = value === undefined || value === "" ? new Headers() : withAuthorization(value);
    const error = assertThrows(() => tokens.verify(headers), PasteError);
    assertEquals([error.code, error.status], ["token-required", 401], value);
    assert(error.headers["WWW-Authenticate"]?.startsWith("Bearer"), value);
    assertFalse(TOKENS.some((token) => error.message.includes(token)), value);
  }
});
