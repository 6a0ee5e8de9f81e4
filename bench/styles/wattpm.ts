import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { here, runNode, startNode, stopNode } from "../_style.ts";
import type { Style } from "../_style.ts";

const bin = here("node_modules/wattpm/bin/cli.js");

/** Platformatic Watt: workers are threads of one process, which share the port by SO_REUSEPORT. */
export const wattpm: Style = {
  name: "wattpm",
  missing: () => (existsSync(bin) ? undefined : "wattpm is not installed: run npm install in bench/"),
  async start({ places: [place], folder, program = "bare.mjs", node }) {
    const root = join(folder, "watt");
    await mkdir(root, { recursive: true });
    const { port = 0, workers = 1 } = place ?? {};
    const config = {
      module: "@platformatic/node",
      node: { main: here(`workers/${program}`) },
      runtime: {
        server: { hostname: "127.0.0.1", port },
        workers,
        logger: { level: "warn" },
      },
    };
    await writeFile(join(root, "watt.json"), JSON.stringify(config));
    await writeFile(join(root, "package.json"), JSON.stringify({ name: "bench", type: "module" }));
    // Its commands find it by a socket in the folder for temporary files.
    const env = { PORT: String(port), TMPDIR: folder };
    const child = startNode("wattpm", [bin, "start", root], { folder, node }, env);
    return {
      supervisor: child.pid ?? 0,
      reload: () => runNode([bin, "restart", String(child.pid)], node, env),
      stop: () => stopNode(child),
    };
  },
};
