import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { noModule } from "../../runtimes/discovery/entry-file.ts";
import { usage } from "../args.ts";

/** What runs programs, and is none by itself. */
const RUNNERS: ReadonlySet<string> = new Set(
  "npm npx pnpm yarn node bun bunx deno tsx ts-node nodemon".split(" "),
);

/** Why a file that exists is neither an entry nor a config, with the way out; `undefined` when it may be an entry. */
export function noEntry(file: string): string | undefined {
  const name = basename(file);
  if (name === "package.json") return `package.json is no entry: ${startOf(dirname(file))}`;
  if (isConfigOfData(name)) return noConfig(name);
  const why = noModule(file);
  return why && `${name} ${why}`;
}

/** Whether a file is called as a config, and is none that can be run. */
export function isConfigOfData(name: string): boolean {
  const isConfig = /^poolable\.(config\.)?[^.]+$|\.config\.[^.]+$/.test(name);
  return isConfig && /^\.(ya?ml|json[c5]?|toml)$/.test(extname(name));
}

/** What is said of a config in a format that is no program. */
export function noConfig(name: string): string {
  const example = "`export default { name, groups }`";
  return `${name} cannot be read: a config is a program; write a poolable.config.mjs with ${example}`;
}

/** What is said of a name that no file has. */
export function noFile(argument: string, cwd: string): string {
  if (RUNNERS.has(argument)) return `${argument} is a command and no entry: ${startOf(cwd)}`;
  return `${argument} does not exist: name a config, an entry or a folder`;
}

/** Throws `E_USAGE` for a command line in place of an entry: `npm start`, `node server.js`. */
export function refuseRunner(words: readonly string[], cwd: string): void {
  const [runner, ...rest] = words.filter((word) => !word.startsWith("-"));
  if (runner === undefined || rest.length === 0 || !RUNNERS.has(runner) || existsSync(runner)) return;
  const module = rest.find((word) => isModule(word));
  const wayOut = module === undefined ? startOf(cwd) : `use \`poolable start ${module}\``;
  throw usage(`${runner} is a command and no entry: ${wayOut}`);
}

/** How the package of a folder is started here: by the module that its start script, or its `main`, names. */
export function startOf(folder: string): string {
  const module = moduleOf(folder);
  return module === undefined
    ? "name the module that it starts, such as `poolable start server.js`"
    : `to start what it starts: \`poolable start ${module}\``;
}

/** Whether a folder has a package.json. */
export function hasPackage(folder: string): boolean {
  return existsSync(join(folder, "package.json"));
}

function moduleOf(folder: string): string | undefined {
  const { scripts, main } = readPackage(folder);
  const words = typeof scripts?.start === "string" ? scripts.start.split(/\s+/) : [];
  const module = RUNNERS.has(words[0] ?? "") ? words.find((word) => isModule(word)) : undefined;
  return module ?? (typeof main === "string" && isModule(main) ? main : undefined);
}

function isModule(word: string): boolean {
  return /^[\w./@-]+\.[cm]?[jt]sx?$/.test(word);
}

function readPackage(folder: string): { scripts?: { start?: unknown }; main?: unknown } {
  try {
    return Object(JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))) as object;
  } catch {
    return {};
  }
}
