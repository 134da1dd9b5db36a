// Highlights code and formats JSON away from the page, so that no text, however odd, can make the page wait.

import { formatJson } from "./json_format.js";
import { parseTokens } from "./tokens.js";

/** Longer texts are formatted, but stay in one colour. */
const MAX_COLORED_LENGTH = 100_000;

// Loaded by its address: it is served from the package, and is no file beside this one.
const highlighter = import(new URL("./vendor/highlight.js", import.meta.url).href).then((module) => module.default);

self.addEventListener("message", async ({ data }) => {
  const hljs = await highlighter;
  const color = (text, language) =>
    text.length <= MAX_COLORED_LENGTH || data.type === "code"
      ? parseTokens(hljs.highlight(text, { language, ignoreIllegals: true }).value)
      : text.split("\n").map((line) => [["", line]]);
  if (data.type === "code") {
    const lines = hljs.getLanguage(data.language) ? color(data.text, data.language) : null;
    self.postMessage({ id: data.id, result: lines });
    return;
  }
  const formatted = data.lines.map((line) => {
    const text = formatJson(line);
    return text === null ? null : color(text, "json");
  });
  self.postMessage({ id: data.id, result: formatted });
});
