// Searches lines away from the page. It reports while it works: the page ends a search that falls silent, which is what
// an expression that never comes to an end does.

/** How many lines between two signs of life. */
const REPORT_LINES = 2_000;

/** How many places are told in one line, and in all. */
const MAX_PLACES_IN_LINE = 100;
const MAX_PLACES = 100_000;

let lines = [];

self.addEventListener("message", ({ data }) => {
  if (data.type === "lines") {
    lines = data.lines;
    self.postMessage({ type: "alive", line: 1 });
    return;
  }
  try {
    const { matching, places } = search(new RegExp(data.source, data.flags));
    self.postMessage({ type: "found", matching, places });
  } catch (error) {
    self.postMessage({ type: "refused", message: error.message });
  }
});

/** Gives the numbers of the lines that match, and triples of line, start and end. */
function search(expression) {
  const matching = [];
  const places = [];
  lines.forEach((line, index) => {
    if (index % REPORT_LINES === 0) self.postMessage({ type: "alive", line: index + 1 });
    expression.lastIndex = 0;
    let match = expression.exec(line);
    if (match) matching.push(index + 1);
    for (let count = 0; match && count < MAX_PLACES_IN_LINE && places.length < 3 * MAX_PLACES; count++) {
      if (match[0] === "") expression.lastIndex++;
      else places.push(index + 1, match.index, match.index + match[0].length);
      match = expression.exec(line);
    }
  });
  return { matching: Uint32Array.from(matching), places: Uint32Array.from(places) };
}
