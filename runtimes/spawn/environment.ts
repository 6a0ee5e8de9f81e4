/** What every worker gets of the supervisor's environment. */
export const DEFAULT_NAMES: readonly string[] = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "LC_*",
  "TZ",
  "TMPDIR",
  "TMP",
  "TEMP",
  "TERM",
  // Without them TLS fails behind a company's own authority.
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "COLORTERM",
  "FORCE_COLOR",
  "NO_COLOR",
  "NODE_ENV",
  "HOSTNAME",
  "SYSTEMROOT",
  "WINDIR",
  "COMSPEC",
  "PATHEXT",
  "APPDATA",
  "LOCALAPPDATA",
  "USERPROFILE",
];

/**
 * The environment of a worker: the names of the allow-list, and of `more`, that `source` has, changed by `overrides` in the
 * order they are written. Text sets a variable, `true` passes it on from `source`, `false` withholds it; a name
 * that ends in `*` stands for every name with that beginning (text sets nothing for such a name).
 * `POOLABLE_*` and `NODE_CHANNEL_FD` are never passed on: they belong to the channel of one process. Never throws.
 */
export function workerEnvironment(
  source: Readonly<Record<string, string | undefined>>,
  overrides: Readonly<Record<string, string | boolean>> = {},
  more: readonly string[] = [],
): Record<string, string> {
  const result = new Map<string, string>();
  const pass = (pattern: string): void => {
    for (const [name, value] of Object.entries(source)) {
      if (value !== undefined && matches(pattern, name)) result.set(name, value);
    }
  };
  for (const pattern of [...DEFAULT_NAMES, ...more]) pass(pattern);
  for (const [pattern, wish] of Object.entries(overrides)) {
    if (wish === true) pass(pattern);
    else if (wish === false) {
      for (const name of [...result.keys()]) if (matches(pattern, name)) result.delete(name);
    } else if (!pattern.endsWith("*")) result.set(pattern, wish);
  }
  for (const name of [...result.keys()]) if (isOurs(name)) result.delete(name);
  return Object.fromEntries(result);
}

/** No RegExp: the pattern comes from a config, and a prefix is all that is promised. */
function matches(pattern: string, name: string): boolean {
  if (process.platform === "win32") {
    pattern = pattern.toUpperCase();
    name = name.toUpperCase();
  }
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function isOurs(name: string): boolean {
  return name.startsWith("POOLABLE_") || name === "NODE_CHANNEL_FD";
}
