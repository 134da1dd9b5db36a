/**
 * Tells code from comments and strings, well enough for rules that search for names in code.
 *
 * @module
 */

/** A stretch of a source text that is not code. */
interface Region {
  readonly kind: "comment" | "literal";
  readonly start: number;
  readonly end: number;
}

/** Where a template literal's `${` was met: the braces that are open since. */
interface OpenTemplate {
  openBraces: number;
}

/** After these, a slash begins a regular expression; after anything else it divides. */
const BEFORE_REGEX = /(^|[([{,;=:!&|?+\-*%^~<>]|\b(return|typeof|case|in|of|delete|void|throw|await|yield|else|do))$/;

/**
 * Blanks comments and the contents of strings, templates and regular expressions. Offsets and lines stay the same.
 *
 * @param text A TypeScript or JavaScript file.
 * @returns The code alone; quotes stay, so that a literal can be looked up in the original at the same offset.
 */
export function codeOnly(text: string): string {
  return blank(text, findRegions(text));
}

/**
 * Blanks everything but comments. Offsets and lines stay the same.
 *
 * @param text A TypeScript or JavaScript file.
 * @returns The comments alone.
 */
export function commentsOnly(text: string): string {
  const comments = findRegions(text).filter(({ kind }) => kind === "comment");
  const gaps = [...comments, { start: text.length, end: text.length }].map((comment, index) => ({
    start: comments[index - 1]?.end ?? 0,
    end: comment.start,
  }));
  return blank(text, gaps);
}

function blank(text: string, regions: readonly Pick<Region, "start" | "end">[]): string {
  let result = "";
  let position = 0;
  for (const { start, end } of regions) {
    result += text.slice(position, start) + text.slice(start, end).replace(/[^\n]/g, " ");
    position = end;
  }
  return result + text.slice(position);
}

function findRegions(text: string): Region[] {
  const regions: Region[] = [];
  const openTemplates: OpenTemplate[] = [];
  let position = 0;

  const skip = (kind: Region["kind"], start: number, end: number): void => {
    regions.push({ kind, start, end });
    position = kind === "literal" ? end + 1 : end; // the closing quote is neither literal nor code
  };
  const skipTemplateText = (start: number): void => {
    skip("literal", start, endOfTemplateText(text, start));
    if (text.charAt(position - 1) !== "$") return;
    openTemplates.push({ openBraces: 0 });
    position++;
  };

  while (position < text.length) {
    const character = text.charAt(position);
    const template = openTemplates.at(-1);
    const codeBefore = (): string => text.slice(Math.max(regions.at(-1)?.end ?? 0, position - 20), position).trimEnd();
    if (text.startsWith("//", position)) {
      skip("comment", position, endOf(text, "\n", position) - 1);
    } else if (text.startsWith("/*", position)) {
      skip("comment", position, endOf(text, "*/", position + 2));
    } else if (character === '"' || character === "'") {
      skip("literal", position + 1, endOfString(text, position));
    } else if (character === "`") {
      skipTemplateText(position + 1);
    } else if (character === "}" && template?.openBraces === 0) {
      openTemplates.pop();
      skipTemplateText(position + 1);
    } else {
      const regexEnd = character === "/" && BEFORE_REGEX.test(codeBefore()) ? endOfRegex(text, position) : undefined;
      if (template && character === "{") template.openBraces++;
      if (template && character === "}") template.openBraces--;
      if (regexEnd === undefined) position++;
      else skip("literal", position + 1, regexEnd);
    }
  }
  return regions;
}

/** The offset after a mark, or one past the text's end so that what never ends includes the last character. */
function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length + 1 : found + mark.length;
}

/** The offset of the closing quote, or of the line's end when the string is not closed. */
function endOfString(text: string, start: number): number {
  for (let end = start + 1; end < text.length; end++) {
    const character = text.charAt(end);
    if (character === "\\") end++;
    else if (character === text.charAt(start) || character === "\n") return end;
  }
  return text.length;
}

/** The offset of the closing backtick or of the next `${`. */
function endOfTemplateText(text: string, start: number): number {
  for (let end = start; end < text.length; end++) {
    if (text.charAt(end) === "\\") end++;
    else if (text.charAt(end) === "`" || text.startsWith("${", end)) return end;
  }
  return text.length;
}

/** The offset of the closing slash; undefined when the line ends first, for then it is no regular expression. */
function endOfRegex(text: string, start: number): number | undefined {
  let inClass = false;
  for (let end = start + 1; end < text.length; end++) {
    const character = text.charAt(end);
    if (character === "\n") return undefined;
    if (character === "\\") end++;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    else if (character === "/" && !inClass) return end;
  }
  return undefined;
}
