import { execFile } from "node:child_process";
import { realpathSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { isRecord } from "../../core/config/check.ts";
import type { PoolConfig } from "../../core/contract/config.ts";
import { formatDuration } from "../../core/contract/duration.ts";
import { messageOf, PoolError } from "../../core/contract/errors.ts";
import { startEnvironment, withEnvironment, type Environment } from "../environment.ts";
import { importAfresh } from "./load-config-again.ts";

/** Longest time that a config may take, in milliseconds. */
const LOAD_MS = 30_000;

/** How a config file is run. */
export interface LoadOptions {
  /**
   * Runs the file and what it imports again, as they are now, in the environment that this command was started with
   * and without the plugins. Of a restart policy only the file itself is run again: functions that it imports stay
   * as they were.
   */
  afresh?: boolean;
  /** @default 30 s, in milliseconds */
  limitMs?: number;
}

/** What a config file says, and the environment as it left it. */
export interface LoadedConfig {
  readonly config: PoolConfig;
  readonly environment: Environment;
}

/**
 * Runs a config file and returns its default export; what is in it is checked by the pool.
 *
 * @throws PoolError `E_CONFIG_LOAD`, one line with the place
 */
export async function loadConfig(file: string, options: LoadOptions = {}): Promise<PoolConfig> {
  return (await loadWithEnvironment(file, options)).config;
}

/** The same as {@link loadConfig}, with the environment that the workers of this config inherit from. */
export async function loadWithEnvironment(
  file: string,
  { afresh = false, limitMs = LOAD_MS }: LoadOptions = {},
): Promise<LoadedConfig> {
  let loaded: Loaded;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(tooLong(limitMs))), limitMs);
  try {
    loaded = await (afresh ? importAgain(file, limit.signal) : importOnce(file, limit.signal));
  } catch (error) {
    throw new PoolError("E_CONFIG_LOAD", await describe(file, error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
  const { module, environment } = loaded;
  const config = module.default;
  if (isRecord(config)) return { config: config as unknown as PoolConfig, environment };
  const found = config === undefined ? "has no default export" : `exports ${kindOf(config)} by default`;
  throw new PoolError(
    "E_CONFIG_LOAD",
    `${show(file)} ${found}; expected \`export default defineConfig({ … })\``,
  );
}

interface Loaded {
  readonly module: { default?: unknown };
  readonly environment: Environment;
}

function tooLong(limitMs: number): string {
  return `the config is still not loaded after ${formatDuration(limitMs)}; check what it awaits at the top level`;
}

async function importOnce(file: string, signal: AbortSignal): Promise<Loaded> {
  const module = await within(signal, importFile(file));
  return { module, environment: { ...process.env } };
}

/** Rejects with the abort of `signal` when `work` has not settled by then. */
function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const over = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([work, over]);
}

async function importFile(file: string): Promise<{ default?: unknown }> {
  if (isRunnable(file)) return import(pathToFileURL(file).href);
  const { createJiti } = await import("jiti");
  return createJiti(import.meta.url, { moduleCache: false, fsCache: false, interopDefault: false }).import(
    file,
  );
}

async function importAgain(file: string, signal: AbortSignal): Promise<Loaded> {
  const jiti = isRunnable(file) ? undefined : import.meta.resolve("jiti");
  const { module, policies, environment } = await importAfresh(
    file,
    { jiti, environment: startEnvironment },
    signal,
  );
  if (policies.length === 0) return { module, environment };
  // Of a URL, Bun ignores the query; of a link to a folder it remembers where that led to at the start.
  const name = process.versions.bun ? realpathSync(file) : pathToFileURL(file).href;
  const again = await withEnvironment(startEnvironment, () =>
    within(signal, isRunnable(file) ? import(`${name}?again=${++count}`) : importFile(file)),
  );
  const [{ groups }, { groups: withPolicies }] = [module.default, again.default] as [PoolConfig, PoolConfig];
  for (const name of policies) groups[name]!.restart = withPolicies[name]?.restart;
  return { module, environment };
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
