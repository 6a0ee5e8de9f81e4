/**
 * `node --import ./test/harness/register.mjs file.ts` runs TypeScript on every supported Node. Where Node strips
 * types itself this does nothing; on Node 20 the files pass through esbuild and stay real ES modules (full speed,
 * `import.meta.resolve`, top-level await, one instance of a module).
 */
import { register } from "node:module";
import process from "node:process";

if (!process.features.typescript) {
  process.setSourceMapsEnabled(true);
  register("./hooks.mjs", import.meta.url);
}
