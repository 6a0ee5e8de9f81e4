/** What npm runs after `npm install` here, and where this folder is installed into another project: builds `dist`. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import "./unshadow.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const unbuild = `${root}node_modules/unbuild/dist/cli.mjs`;

if (existsSync(unbuild)) {
  const { status } = spawnSync(process.execPath, [unbuild], { cwd: root, stdio: "inherit" });
  process.exitCode = status ?? 1;
} else if (!["dist/cli.mjs", "node_modules/citty"].every((path) => existsSync(root + path))) {
  console.error(`poolable is not built: run \`npm install\` in ${root} first, then install it from there`);
  process.exitCode = 1;
}
