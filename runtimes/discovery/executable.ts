import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join, resolve } from "node:path";
import { ownRuntime, runtimeTraits, type NpmPackage, type RuntimeName } from "./traits.ts";

/** Where the executable of a runtime may be. */
export interface Candidate {
  readonly file: string;
  /** Why it is looked at, as half a sentence: `the PATH has it`. */
  readonly because: string;
  /** Somebody has said that it is this one. */
  readonly said?: boolean;
}

/** What is known of where to look. */
export interface LookFor {
  /** What the config says: a path, or a command. */
  readonly given?: string;
  /** The folder that relative paths and the search for `node_modules` start from. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Where a runtime may be, the best first: what the config says, what the environment says, the supervisor's own
 * executable, the npm package in the `node_modules` from `root` upward, beside the supervisor's executable, the PATH.
 * What somebody said is the only one then, whether it is there or not; the others exist. Never throws.
 */
export function findExecutables(name: RuntimeName, { given, root, env }: LookFor): Candidate[] {
  const { variable } = runtimeTraits[name];
  const said = env[variable] || undefined;
  if (given !== undefined) return [named(given, `executables.${name}`, root, env)];
  if (said !== undefined) return [named(said, variable, process.cwd(), env)];
  const own = ownRuntime === name ? [process.execPath] : [];
  const beside = join(dirname(process.execPath), fileName(name));
  const found: [string | undefined, string][] = [
    ...own.map((file): [string, string] => [file, "the supervisor runs on it"]),
    [packaged(name, root), "it is in node_modules"],
    [beside, "it is beside the supervisor's executable"],
    ...pathOf(env, fileName(name)).map((file): [string, string] => [file, "the PATH has it"]),
  ];
  const files = new Map<string, string>();
  for (const [path, because] of found) {
    const file = path !== undefined && isExecutable(path) ? unwrapped(name, path) : undefined;
    if (file !== undefined && !files.has(file)) files.set(file, because);
  }
  return [...files].map(([file, because]) => ({ file, because }));
}

function named(text: string, key: string, folder: string, env: LookFor["env"]): Candidate {
  const isPath = text.includes("/") || text.includes("\\");
  const file = isPath ? resolve(folder, text) : (pathOf(env, fileName(text)).find(isExecutable) ?? text);
  return { file, because: `${key} says so`, said: true };
}

/** The executable that npm has installed. */
function packaged(name: RuntimeName, root: string): string | undefined {
  const { package: npm } = runtimeTraits[name];
  if (!npm) return undefined;
  for (let folder = resolve(root); ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", npm.name);
    if (existsSync(join(found, "package.json"))) return inPackage(npm, found);
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * The executable in an npm package of a runtime, or in its package for this platform: of those npm installs the one
 * that fits, and moves the executable over by a script, which it may have been kept from running.
 */
function inPackage(npm: NpmPackage, folder: string): string | undefined {
  try {
    const manifest = join(realpathSync(folder), "package.json");
    const { optionalDependencies = {} } = JSON.parse(readFileSync(manifest, "utf8")) as {
      optionalDependencies?: Record<string, string>;
    };
    const require = createRequire(manifest);
    const folders = [manifest, ...Object.keys(optionalDependencies).map((name) => manifestOf(require, name))];
    return folders
      .flatMap((path) => (path === undefined ? [] : npm.executables.map((file) => join(dirname(path), file))))
      .find((path) => isExecutable(path) && !isScript(path));
  } catch {
    return undefined;
  }
}

function manifestOf(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
}

/**
 * What npm links as a command may be a script: one that fails, or one that starts the runtime as a child of its own,
 * with another pid and without the sockets. Then it is the executable in the package.
 */
function unwrapped(name: RuntimeName, path: string): string | undefined {
  const { package: npm } = runtimeTraits[name];
  const real = realpathSync(path);
  const own = npm && join("node_modules", npm.name, "/");
  const at = own === undefined ? -1 : real.lastIndexOf(own);
  return at === -1 ? path : inPackage(npm!, real.slice(0, at + own!.length));
}

/** No runtime is this small. */
function isScript(path: string): boolean {
  return statSync(path).size < 1_000_000;
}

function pathOf({ PATH = "" }: LookFor["env"], file: string): string[] {
  const folders = PATH.split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, file));
}

function fileName(name: string): string {
  return process.platform === "win32" && !name.endsWith(".exe") ? `${name}.exe` : name;
}

/**
 * Whether a file is there and this process may run it.
 *
 * @throws NotCapable where Deno needs `--allow-sys` to tell: otherwise everything would seem not to be installed.
 */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (error) {
    if (error instanceof Error && error.name === "NotCapable" && error.message.includes("sys access"))
      throw error;
    return false;
  }
}
