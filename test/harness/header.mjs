/**
 * The header of a test file: the `//` lines that it begins with. They say how long the file may take, under which
 * supervisors it runs, and whether the brief run has it.
 *
 *   // timeout: 180
 *   // supervisors: node, bun, deno (inside)
 *   // brief: bun (marked)
 *   // only: matrix
 */

/** All supervisors that a header may name. */
export const SUPERVISORS = /** @type {const} */ (["node", "bun", "deno", "node22", "node24", "node26"]);

/** @typedef {typeof SUPERVISORS[number]} Supervisor */

/**
 * @typedef {object} Header
 * @property {number} timeout Seconds that the file may take.
 * @property {readonly Supervisor[]} supervisors What the matrix run runs it under.
 * @property {"inside" | "beside"} where Whether the test itself runs under the supervisor's runtime, or is a program
 * under Node that starts a supervisor.
 * @property {{ readonly supervisors: readonly Supervisor[], readonly marked: boolean }} brief What the brief run runs it
 * under, and whether it runs only the tests that are marked with `{ brief: true }`.
 */

/** Seconds, for a file whose header does not say it. */
const DEFAULT_TIMEOUT = 120;

/** A header that is not understood. The message names file and line. */
export class HeaderError extends Error {
  name = "HeaderError";
}

/**
 * Reads the header of a test file.
 *
 * @param {string} text The file.
 * @param {string} file Its name in error messages.
 * @returns {Header}
 * @throws {HeaderError}
 */
export function parseHeader(text, file) {
  /** @type {Map<string, { line: number, value: string }>} */
  const found = new Map();
  const lines = text.split("\n");
  const code = lines.findIndex((line) => !line.startsWith("//"));
  const end = code === -1 ? lines.length : code;

  /** @param {number} line @param {string} detail @returns {never} */
  const refuse = (line, detail) => {
    throw new HeaderError(`${file}:${line}: ${detail}`);
  };

  for (const [index, content] of lines.entries()) {
    const [, key = "", value = ""] = /^\/\/ (\w+): (.+)$/.exec(content) ?? [];
    const line = index + 1;
    if (index >= end) {
      if (KEYS.includes(key))
        refuse(line, `"${content}" is a header and stands below the first line of code`);
      continue;
    }
    if (!KEYS.includes(key))
      refuse(line, `"${content}" is no header; expected "// key: value" with ${listed(KEYS)}`);
    if (found.has(key)) refuse(line, `a second header "${key}"`);
    found.set(key, { line, value });
  }

  /** @template T @param {string} key @param {RegExp} form @param {string} expected @param {(parts: string[]) => T} read */
  const take = (key, form, expected, read) => {
    const header = found.get(key);
    if (!header) return undefined;
    const match = form.exec(header.value);
    if (!match) return refuse(header.line, `"${key}: ${header.value}" is not accepted; expected ${expected}`);
    return read(match.slice(1));
  };

  /** @param {string} key @param {string} names @param {readonly string[]} accepted */
  const supervisorsIn = (key, names, accepted) => {
    const all = names.split(", ");
    const { line } = /** @type {{ line: number }} */ (found.get(key));
    for (const [index, name] of all.entries()) {
      if (!accepted.includes(name))
        refuse(line, `supervisor "${name}" is not accepted; expected ${listed(accepted)}`);
      if (all.indexOf(name) < index) refuse(line, `supervisor "${name}" stands twice`);
    }
    return /** @type {Supervisor[]} */ (all);
  };

  const timeout = take("timeout", /^([1-9]\d*)$/, "whole seconds", ([seconds]) => Number(seconds));
  const matrix = take(
    "supervisors",
    /^(.+) \((inside|beside)\)$/,
    'names, then "(inside)" or "(beside)"',
    (parts) => {
      const names = supervisorsIn("supervisors", parts[0] ?? "", SUPERVISORS);
      return { names, where: /** @type {Header["where"]} */ (parts[1]) };
    },
  );
  const supervisors = matrix?.names ?? ["node"];
  const brief = take("brief", /^(.+?)( \(marked\))?$/, "names", ([names = "", marked]) => ({
    supervisors: supervisorsIn("brief", names, supervisors),
    marked: marked !== undefined,
  }));
  const isOnlyMatrix = take("only", /^matrix$/, '"matrix"', () => true);
  if (isOnlyMatrix && brief)
    refuse(found.get("brief")?.line ?? 1, 'the file is "only: matrix", so it has no brief run');
  return {
    timeout: timeout ?? DEFAULT_TIMEOUT,
    supervisors,
    where: matrix?.where ?? "inside",
    brief: isOnlyMatrix
      ? { supervisors: [], marked: false }
      : (brief ?? { supervisors: [supervisors[0] ?? "node"], marked: false }),
  };
}

const KEYS = ["timeout", "supervisors", "brief", "only"];

/** @param {readonly string[]} names */
const listed = (names) => names.join(", ").replace(/, ([^,]*)$/, " or $1");
