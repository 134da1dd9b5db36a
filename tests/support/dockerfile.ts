/**
 * Reads Dockerfiles, as far as the tests of this project's own need it.
 *
 * @module
 */

/** One instruction of a Dockerfile. */
export interface Instruction {
  /** The stage that it belongs to, from 0; -1 before the first `FROM`. */
  readonly stage: number;
  /** The keyword, in capitals. */
  readonly keyword: string;
  /** The rest, continued lines joined. */
  readonly text: string;
}

/**
 * Splits a Dockerfile into its instructions.
 *
 * @param dockerfile The whole text.
 * @returns The instructions in their order, comments left out.
 */
export function parseDockerfile(dockerfile: string): Instruction[] {
  const lines = dockerfile.split("\n").filter((line) => !/^\s*#/.test(line));
  const joined = lines.join("\n").replace(/\\\n/g, "");
  let stage = -1;
  return joined.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const [, keyword = "", text = ""] = /^\s*(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
    if (keyword.toUpperCase() === "FROM") stage++;
    return { stage, keyword: keyword.toUpperCase(), text };
  });
}

/**
 * The instructions that shape the image in the end: those of the last stage.
 *
 * @param instructions What {@linkcode parseDockerfile} returned.
 * @param keyword The keyword wanted.
 * @returns Their texts, in order; the last one counts where only one may.
 */
export function inFinalStage(instructions: readonly Instruction[], keyword: string): string[] {
  const last = instructions.at(-1)?.stage;
  return instructions.filter((one) => one.stage === last && one.keyword === keyword).map(({ text }) => text);
}

/**
 * Reads an instruction's command in exec form.
 *
 * @param text The instruction's text.
 * @returns The words of the command; undefined when it is in shell form.
 */
export function parseExecForm(text: string | undefined): string[] | undefined {
  if (text === undefined || !text.startsWith("[")) return undefined;
  const words: unknown = JSON.parse(text);
  return Array.isArray(words) ? words.map(String) : undefined;
}
