// Sends a paste, telling how far it is.

import { problemOf, UNREACHABLE } from "./problems.js";

/**
 * Sends a paste.
 *
 * @param body Text or a file.
 * @param options The form's `action`, the `query`, the upload `token` or an empty text, `onProgress` with a share from 0 to 1, and a `signal` to stop it.
 * @returns A promise of the answer; rejects with a message for people, or with an AbortError.
 */
export function upload(body, { action, query, token, onProgress, signal }) {
  const { promise, resolve, reject } = Promise.withResolvers();
  // fetch() does not tell how much of a body was sent.
  const request = new XMLHttpRequest();
  request.open("PUT", query.size === 0 ? action : `${action}?${query}`);
  request.setRequestHeader("Accept", "application/json, text/plain;q=0.5");
  request.setRequestHeader("Content-Type", "application/octet-stream");
  if (token !== "") request.setRequestHeader("Authorization", `Bearer ${token}`);
  request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total));
  request.addEventListener("load", () => {
    if (request.status === 200) resolve(JSON.parse(request.responseText));
    else reject(new Error(problemIn(request)));
  });
  request.addEventListener("error", () => reject(new Error(UNREACHABLE)));
  request.addEventListener("abort", () => reject(new DOMException("Cancelled", "AbortError")));
  signal.addEventListener("abort", () => request.abort());
  request.send(body);
  return promise;
}

function problemIn({ status, responseText }) {
  try {
    return JSON.parse(responseText).error.message;
  } catch {
    return problemOf(status, responseText);
  }
}
