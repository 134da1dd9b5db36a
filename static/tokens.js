// Highlighted code as data: what highlight.js writes as HTML is never given to the page as HTML.

const PIECE = /<span class="([^"]*)">|<\/span>|([^<]+)/g;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };

/** Splits highlight.js's HTML into lines of `[class, text]`; the class is empty for plain text. */
export function parseTokens(html) {
  const lines = [[]];
  const open = [];
  for (const [piece, opened, text] of html.matchAll(PIECE)) {
    if (opened !== undefined) open.push(opened);
    else if (piece === "</span>") open.pop();
    else {
      const plain = text.replace(/&(?:amp|lt|gt|quot|#x27);/g, (entity) => ENTITIES[entity]);
      plain.split("\n").forEach((part, i) => {
        if (i > 0) lines.push([]);
        if (part !== "") lines.at(-1).push([open.at(-1) ?? "", part]);
      });
    }
  }
  return lines;
}

/** Makes what one line shows, its line break included. */
export function tokenNodes(tokens) {
  const fragment = document.createDocumentFragment();
  for (const [name, text] of tokens) {
    if (name === "") fragment.append(text);
    else {
      const span = document.createElement("span");
      span.className = name;
      span.textContent = text;
      fragment.append(span);
    }
  }
  fragment.append("\n");
  return fragment;
}
