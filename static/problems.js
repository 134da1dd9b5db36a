// What went wrong with a request, in words.

export const UNREACHABLE = "Cannot reach the server: check the connection and try again";

/** The server's own line, or the status when there is none, as from a proxy that answers with a page. */
export function problemOf(status, text) {
  const line = text.trim();
  const isPage = line.startsWith("<");
  return line !== "" && !isPage ? line.split("\n", 1)[0] : `The server answered with status ${status}: try again`;
}
