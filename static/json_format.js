// JSON on several lines, as it was written: numbers of any length, double keys and escapes stay as they are.

const PIECES = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Formats a text; null when it is no JSON object or array. */
export function formatJson(text) {
  if (!/^\s*[{[]/.test(text)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let out = "";
  let depth = 0;
  let previous = "";
  const line = () => `\n${"  ".repeat(depth)}`;
  for (const [piece] of text.matchAll(PIECES)) {
    const opened = previous === "{" || previous === "[";
    if (piece === "}" || piece === "]") {
      depth--;
      out += opened ? piece : line() + piece;
    } else if (piece === ",") out += piece;
    else if (piece === ":") out += ": ";
    else {
      if (opened || previous === ",") out += line();
      out += piece;
      if (piece === "{" || piece === "[") depth++;
    }
    previous = piece;
  }
  return out;
}
