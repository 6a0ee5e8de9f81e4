import { execFile } from "node:child_process";
import { realpathSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { importAfresh } from "./_afresh.ts";
import { messageOf, PoolError } from "../core/errors.ts";
import { isRecord } from "../core/check.ts";
import type { PoolConfig } from "../core/config.ts";

/**
 * Runs a config file and returns its default export; what is in it is checked by the pool. `afresh` runs it and what
 * it imports again, as they are now, without the plugins. Of a restart policy only the file itself is run again:
 * functions that it imports stay as they were.
 *
 * @throws PoolError `E_CONFIG_LOAD`, one line with the place
 */
export async function loadConfig(
  file: string,
  { afresh = false }: { afresh?: boolean } = {},
): Promise<PoolConfig> {
  let module: { default?: unknown };
  try {
    module = await (afresh ? importAgain(file) : importFile(file));
  } catch (error) {
    throw new PoolError("E_CONFIG_LOAD", await describe(file, error), { cause: error });
  }
  const config = module.default;
  if (isRecord(config)) return config as unknown as PoolConfig;
  const found = config === undefined ? "has no default export" : `exports ${kindOf(config)} by default`;
  throw new PoolError(
    "E_CONFIG_LOAD",
    `${show(file)} ${found}; expected \`export default defineConfig({ … })\``,
  );
}

async function importFile(file: string): Promise<{ default?: unknown }> {
  if (isRunnable(file)) return import(pathToFileURL(file).href);
  const { createJiti } = await import("jiti");
  return createJiti(import.meta.url, { moduleCache: false, fsCache: false, interopDefault: false }).import(
    file,
  );
}

async function importAgain(file: string): Promise<{ default?: unknown }> {
  const { module, policies } = await importAfresh(
    file,
    isRunnable(file) ? undefined : import.meta.resolve("jiti"),
  );
  if (policies.length === 0) return module;
  // Of a URL, Bun ignores the query; of a link to a folder it remembers where that led to at the start.
  const name = process.versions.bun ? realpathSync(file) : pathToFileURL(file).href;
  const again = await (isRunnable(file) ? import(`${name}?again=${++count}`) : importFile(file));
  const [{ groups }, { groups: withPolicies }] = [module.default, again.default] as [PoolConfig, PoolConfig];
  for (const name of policies) groups[name]!.restart = withPolicies[name]?.restart;
  return module;
}

/** How often a file was run again in this process. */
let count = 0;

function isRunnable(file: string): boolean {
  return /\.m?js$/.test(file) || stripsTypes();
}

function stripsTypes(): boolean {
  const { features, versions } = process as {
    features: { typescript?: unknown };
    versions: NodeJS.ProcessVersions;
  };
  return Boolean(features.typescript || versions.bun || versions.deno);
}

async function describe(file: string, error: unknown): Promise<string> {
  const text = messageOf(error);
  const told = syntaxErrorOf(error);
  if (told) return told;
  const parsed = /^ParseError: (.*?)\s+(\/.*):(\d+):\d+$/.exec(text);
  if (parsed) return `${show(parsed[2]!)}:${parsed[3]}: ${parsed[1]}`;
  const place =
    placeOf(file, error) ?? (error instanceof SyntaxError ? await placeOfSyntaxError(file) : undefined);
  return `${place ?? show(file)}: ${text}`;
}

/** `file:line`, from a stack that begins with it or has a frame below the config's folder. */
function placeOf(file: string, error: unknown): string | undefined {
  const stack = error instanceof Error ? String(error.stack) : "";
  const first = /^(file:\/\/\S+|\/.*):(\d+)\n/.exec(stack);
  if (first) return `${show(first[1]!)}:${first[2]}`;
  for (const [, path = "", line] of stack.matchAll(/^ +at (?:.*\()?(file:\/\/.+?|\/.+?):(\d+):\d+\)?$/gm)) {
    const plain = path.startsWith("file:") ? fileURLToPath(path) : path;
    if (plain.startsWith(dirname(file)) && !plain.includes("/node_modules/")) return `${show(plain)}:${line}`;
  }
  return undefined;
}

/** A syntax error as Bun and Deno tell it, each in its own shape. */
function syntaxErrorOf(error: unknown): string | undefined {
  const { message, position } = Object(error) as {
    message?: unknown;
    position?: { file?: string; line?: number } | null;
  };
  if (position?.file) return `${show(position.file)}:${position.line}: ${String(message)}`;
  const [, text, file, line] =
    /^SyntaxError: (.*)\n[^]*\bat (file:\S+):(\d+):\d+$/.exec(String(message)) ?? [];
  return file && `${show(file)}:${line}: ${text}`;
}

/** V8 keeps the place of a syntax error in a module to itself, and `node --check` prints it. */
async function placeOfSyntaxError(file: string): Promise<string | undefined> {
  if (process.versions.bun || process.versions.deno) return undefined;
  const checked = promisify(execFile)(process.execPath, ["--check", file], { timeout: 5_000 });
  const { stderr } = await checked.catch((error: { stderr?: string }) => ({ stderr: error.stderr ?? "" }));
  const line = /^(?:file:\/\/)?(.+):(\d+)\n/.exec(stderr);
  return line ? `${show(line[1]!)}:${line[2]}` : undefined;
}

/** A path as the person sees it from the working folder. */
function show(path: string): string {
  const plain = path.startsWith("file:") ? fileURLToPath(path) : path;
  const near = relative(process.cwd(), plain);
  return near === "" || near.startsWith("..") ? plain : near;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
