/**
 * The variables and flags of the service: what `--help` prints and the parser reads.
 *
 * @module
 */

/** One setting: an environment variable, and for some a flag that overrides it. */
export interface ServerSetting {
  /** The environment variable. */
  readonly name: string;
  /** The flag, with one dash as LogPaste has it; `null` when there is none. */
  readonly flag: string | null;
  /** The value when neither is given, in the form that the variable takes. */
  readonly default: string;
  /** What it does, in one line. */
  readonly meaning: string;
}

/** Every setting of the service, in the order in which people look for them. An empty variable counts as not given. */
export const SERVER_SETTINGS = [
  { name: "PORT", flag: null, default: "3001", meaning: "port to listen on; 0 takes any free one" },
  { name: "HOST", flag: null, default: "0.0.0.0", meaning: "address to listen on; 0.0.0.0 is every interface" },
  {
    name: "DB_PATH",
    flag: null,
    default: "data/store.db",
    meaning: "the SQLite database; created when it is not there",
  },
  {
    name: "BASE_URL",
    flag: null,
    default: "",
    meaning: "what links to pastes begin with, such as https://paste.example; without it the request's Host",
  },
  {
    name: "LP_BEHIND_PROXY",
    flag: null,
    default: "n",
    meaning: "y when a proxy in front speaks HTTPS: links begin with https, and one hop is trusted",
  },
  {
    name: "TRUST_PROXY",
    flag: null,
    default: "",
    meaning:
      "who tells a client's address: how many proxies stand in front (X-Forwarded-For), or a header such as Fly-Client-IP",
  },
  {
    name: "METRICS_ADDR",
    flag: null,
    default: "",
    meaning: "where Prometheus finds /metrics, such as :9090 or 127.0.0.1:9090; nowhere without it",
  },
  { name: "LOG_LEVEL", flag: null, default: "info", meaning: "least level to log: debug, info, warning or error" },
  { name: "SITE_TITLE", flag: "-title", default: "Pastestream", meaning: "title of the site" },
  {
    name: "SITE_SUBTITLE",
    flag: "-subtitle",
    default: "Send text, get a link",
    meaning: "line below the title",
  },
  { name: "SITE_FOOTER", flag: "-footer", default: "", meaning: "footer of the upload page; may contain HTML" },
  {
    name: "SHOW_DOCUMENTATION",
    flag: "-showdocs",
    default: "y",
    meaning: "whether the upload page shows how to use curl",
  },
  {
    name: "MAX_SIZE",
    flag: "-maxsize",
    default: "2097152",
    meaning: "largest paste in bytes, or with a unit such as 10MiB; the flag counts in MiB when it has no unit",
  },
  {
    name: "DEFAULT_EXPIRY",
    flag: null,
    default: "never",
    meaning: "how long a paste stays when its sender does not say, such as 30d; no longer than `MAX_EXPIRY`",
  },
  {
    name: "MAX_EXPIRY",
    flag: null,
    default: "never",
    meaning: "the longest that a sender may ask for, such as 1h, 7d or 52w; never sets no limit",
  },
  {
    name: "CACHE_BYTES",
    flag: null,
    default: "32MiB",
    meaning: "memory for the pastes that are read most, with a unit or without; 0 keeps none",
  },
  {
    name: "MAX_TOTAL_BYTES",
    flag: null,
    default: "",
    meaning: "the most that all pastes together may take, in bytes or with a unit such as 5GiB; without it no bound",
  },
  {
    name: "PER_MINUTE_LIMIT",
    flag: "-perminutelimit",
    default: "0",
    meaning: "how many pastes a client may send per minute, an IPv6 /64 being one client; 0 is no limit",
  },
  {
    name: "UPLOAD_TOKENS",
    flag: null,
    default: "",
    meaning: "tokens, separated by commas, of which one is needed to send a paste; without it everybody may",
  },
] as const satisfies readonly ServerSetting[];

/** The name of a setting. */
export type SettingName = (typeof SERVER_SETTINGS)[number]["name"];

/**
 * Writes settings for `--help`.
 *
 * @param settings Any settings; those of other parts of the program may stand beside the service's own.
 * @returns Two lines for each: how it is set, and what it does.
 */
export function formatSettings(
  settings: readonly (Omit<ServerSetting, "flag"> & Partial<Pick<ServerSetting, "flag">>)[],
): string {
  return settings.map(({ name, flag, meaning, default: value }) => {
    const names = flag ? `${name}, ${flag}` : name;
    return `  ${names}\n      ${meaning}${value === "" ? "" : ` (default: ${value})`}\n`;
  }).join("");
}
