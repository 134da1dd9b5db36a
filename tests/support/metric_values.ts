/**
 * Reading Prometheus' text format.
 *
 * @module
 */

/**
 * Reads metrics.
 *
 * @param text What a server of metrics answers.
 * @returns The values by name and labels, as they are written.
 */
export function metricValues(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const space = line.lastIndexOf(" ");
    return [line.slice(0, space), Number(line.slice(space + 1))];
  }));
}
