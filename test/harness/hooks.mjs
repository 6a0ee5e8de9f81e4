/** Module hooks for {@link file://./register.mjs}: TypeScript in, JavaScript out, kept in node_modules/.cache. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";

const cache = new URL("../../node_modules/.cache/poolable-ts/", import.meta.url);
/** Part of the cache's key: to be raised when the options below change. */
const version = "1";

/** @type {import("node:module").LoadHook} */
export async function load(url, context, next) {
  if (!/^file:.*\.m?ts$/.test(url) || url.includes("/node_modules/")) return next(url, context);
  const file = fileURLToPath(url);
  const source = await readFile(file, "utf8");
  const key = createHash("sha256").update(`${version}\0${file}\0${source}`).digest("hex").slice(0, 32);
  const cached = new URL(`${key}.mjs`, cache);
  let code = await readFile(cached, "utf8").catch(() => undefined);
  if (code === undefined) {
    code = await transform(file, source);
    await keep(cached, code);
  }
  return { format: "module", source: code, shortCircuit: true };
}

/** @param {string} file @param {string} source */
async function transform(file, source) {
  const esbuild = await import("esbuild");
  const result = await esbuild.transform(source, {
    loader: "ts",
    format: "esm",
    target: "node20",
    sourcefile: file,
    sourcemap: "inline",
    sourcesContent: false,
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  return result.code;
}

/** Two processes may write the same entry: a rename makes either of them whole. @param {URL} url @param {string} code */
async function keep(url, code) {
  try {
    await mkdir(cache, { recursive: true });
    const temporary = new URL(`${url.href}.${process.pid}`);
    await writeFile(temporary, code);
    await rename(temporary, url);
  } catch {
    // Without a cache the next run is slower, not wrong.
  }
}
