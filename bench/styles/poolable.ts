import { existsSync } from "node:fs";
import { here, placesEnv, startNode, stopNode } from "../_style.ts";
import type { Style } from "../_style.ts";

const cli = here("../dist/cli.mjs");

/** This package, from its build. */
export const poolable: Style = {
  name: "poolable",
  missing: () => (existsSync(cli) ? undefined : "there is no dist/cli.mjs: run npm run build"),
  async start(places, folder) {
    const env = { ...placesEnv(places), XDG_RUNTIME_DIR: folder, TMPDIR: folder };
    const child = startNode("poolable", [cli, "start", here("workers/poolable.config.mjs")], folder, env);
    return { supervisor: child.pid ?? 0, stop: () => stopNode(child) };
  },
};
