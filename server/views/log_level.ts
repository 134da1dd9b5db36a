/**
 * How grave a line of a log is.
 *
 * @module
 */

/** How grave a line is; the rest has no level. */
export type LogLevelClass = "error" | "warning" | "quiet";

/** The level stands near the beginning: a word of the message further on decides nothing. */
const LOOKED_AT = 300;

/** A level on its own in capitals, as nearly every logger writes it. */
const CAPITALS =
  /(?<![\w.$/-])(?:(EMERG(?:ENCY)?|ALERT|FATAL|PANIC|CRIT(?:ICAL)?|SEVERE|ERROR|ERR)|(WARN(?:ING)?)|(INFO|NOTICE)|(DEBUG|TRACE|VERBOSE))(?![\w/=.-])/;

/** A level that a key or brackets name, in any case: `level=error`, `"severity":"WARNING"`, `[error]`. */
const NAMED =
  /(?:\b(?:level|lvl|severity|log\.level|levelname|loglevel)"?\s*[=:]\s*"?|\[)(?:(emerg|alert|fatal|panic|crit|severe|err)|(warn)|(info|notice)|(debug|trace|verbose))[a-z]*["\]\s,;}]?/i;

/** The levels of pino and bunyan are numbers. */
const NUMBERED = /"level"\s*:\s*(?:([56]0)|(40)|(30)|([12]0))\b/;

/** The header of glog and klog: `E0102 15:04:05`. */
const LETTERED = /^(?:([EF])|(W)|(I)|(D))\d{4} \d\d:\d\d:\d\d/;

/** What compilers, Python and JavaScript begin a failure with. */
const FAILURE =
  /^(?:([a-z]*(?:error|exception|panic)\b[^a-z]|Traceback \(most|thread '[^']*' panicked|fatal:|npm ERR!)|(warning\b[^a-z]))/i;

const PATTERNS: readonly RegExp[] = [LETTERED, NUMBERED, NAMED, CAPITALS, FAILURE];

/**
 * Tells how grave a line is.
 *
 * @param line The line, without escape sequences.
 * @returns Its level; `null` when it names none, or an everyday one.
 */
export function logLevelOf(line: string): LogLevelClass | null {
  const head = line.slice(0, LOOKED_AT);
  for (const pattern of PATTERNS) {
    const match = pattern.exec(head);
    if (!match) continue;
    if (match[1] !== undefined) return "error";
    if (match[2] !== undefined) return "warning";
    return match[4] === undefined ? null : "quiet";
  }
  return null;
}
