import { existsSync } from "node:fs";
import { here, runNode, setupEnv, startNode, stopNode } from "../_style.ts";
import type { Style } from "../_style.ts";

const cli = here("../dist/cli.mjs");

/** This package, from its build. */
export const poolable: Style = {
  name: "poolable",
  missing: () => (existsSync(cli) ? undefined : "there is no dist/cli.mjs: run npm run build"),
  async start(setup) {
    const { folder, node } = setup;
    const env = { ...setupEnv(setup), POOLABLE_RUNTIME_DIR: folder, TMPDIR: folder };
    const config = here("workers/poolable.config.mjs");
    const child = startNode("poolable", [cli, "start", config], setup, env);
    return {
      supervisor: child.pid ?? 0,
      reload: () => runNode([cli, "reload"], node, env),
      stop: () => stopNode(child),
    };
  },
};
