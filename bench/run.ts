/** `npm run bench [-- kernel | recover | idle | throughput | reload | runtimes | jobs | scaling] [options]`: one measurement, or all of them one after the other. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { here } from "./_style.ts";

const all = ["kernel", "recover", "idle", "throughput", "reload", "runtimes", "jobs", "scaling"];
const [name = "", ...options] = process.argv.slice(2);
if (name !== "" && !all.includes(name)) {
  console.error(`bench: there is no "${name}"; there are ${all.join(", ")}`);
  process.exit(2);
}

const rivals = ["pm2", "wattpm", "poolifier", "workerpool", "tinypool", "jest-worker", "piscina"];
const isAlone = ["kernel", "runtimes", "scaling"].includes(name);
if (!isAlone && !rivals.every((rival) => existsSync(here(`node_modules/${rival}`)))) {
  const install = ["install", "--no-audit", "--no-fund", "--loglevel", "error"];
  // npm is a script: run the one that runs us, with our own Node, so that no shell is needed.
  const npm = process.env["npm_execpath"];
  const [file, args] = npm ? [process.execPath, [npm, ...install]] : ["npm", install];
  const { status } = spawnSync(file, args, { cwd: here("."), stdio: "inherit" });
  if (status !== 0)
    console.error("bench: the rivals could not all be installed; going on without those that are missing");
}

let failed = false;
for (const one of name ? [name] : all) {
  console.log(`\n## ${one}\n`);
  const args = [
    "--import",
    here("../test/harness/register.mjs"),
    here(`${one}.ts`),
    ...(name ? options : []),
  ];
  failed = spawnSync(process.execPath, args, { stdio: "inherit" }).status !== 0 || failed;
}
process.exitCode = failed ? 1 : 0;
