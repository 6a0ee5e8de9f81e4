import { readFileSync, realpathSync } from "node:fs";
import Module from "node:module";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";
import { mainModule } from "./deno-main-module.ts";

/** What a module exports; of CommonJS, `default` is its `module.exports`. */
export type Exports = Readonly<Record<string, unknown>>;

/** What of `Module` is not typed. */
interface MainModule {
  _load(path: string, parent: null, isMain: boolean): unknown;
  runMain(path: string): void;
}

/**
 * Runs the entry as the main module of this process, so that `require.main === module` and `import.meta.main`
 * hold as they do by hand. Rejects with what its import throws.
 */
export async function loadEntry(entry: string): Promise<Exports> {
  const url = pathToFileURL(entry).href;
  if (process.versions["deno"]) return mainModule();
  if (process.versions["bun"]) {
    (globalThis as unknown as { Bun: { main: string } }).Bun.main = entry;
    return (await import(url)) as Exports;
  }
  const main = Module as unknown as MainModule;
  const source = read(entry);
  if (source !== undefined && isCommonJs(entry, source)) return exportsOf(main._load(entry, null, true));
  // Only where it is asked for: what the module then throws ends the process as uncaught, with no goodbye.
  if (source?.includes("import.meta.main") && "main" in import.meta) main.runMain(entry);
  return (await import(url)) as Exports;
}

/** Runs a main module a second time in this process; what it imports is there already. Rejects with what it throws. */
export async function runAgain(file: string): Promise<void> {
  const path = realpathSync(file);
  // Its file URLs leave the query out.
  if (process.versions["bun"]) return void (await import(`${path}?again`));
  const main = Module as unknown as MainModule & { _cache: Record<string, unknown> };
  const source = read(path);
  if (source !== undefined && isCommonJs(path, source)) {
    delete main._cache[path];
    main._load(path, null, true);
  } else await import(`${pathToFileURL(path).href}?again`);
}

function exportsOf(exported: unknown): Exports {
  const compiled = exported as { __esModule?: unknown; default?: unknown } | null | undefined;
  if (compiled?.__esModule) return { ...compiled };
  const isEmpty = typeof exported === "object" && exported !== null && Object.keys(exported).length === 0;
  return isEmpty ? {} : { default: exported };
}

/** By the rules of Node: the extension, the nearest package.json, and last what it parses as. */
function isCommonJs(entry: string, source: string): boolean {
  const extension = extname(entry);
  if (/^\.c[jt]s$/.test(extension)) return true;
  if (extension !== ".js" && extension !== "") return false;
  const type = packageType(dirname(entry));
  return type === undefined ? parsesAsScript(source) : type === "commonjs";
}

function packageType(folder: string): unknown {
  const text = read(join(folder, "package.json"));
  if (text !== undefined) return (JSON.parse(text) as { type?: unknown }).type;
  return dirname(folder) === folder ? undefined : packageType(dirname(folder));
}

function parsesAsScript(source: string): boolean {
  try {
    compileFunction(source.replace(/^#!.*/, ""), ["exports", "require", "module", "__filename", "__dirname"]);
    return true;
  } catch {
    return false;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
