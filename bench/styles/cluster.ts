import process from "node:process";
import { here, placesEnv, startNode, stopNode } from "../_style.ts";
import type { Style } from "../_style.ts";

/** `node:cluster` with a primary that forks on exit. */
export const cluster: Style = {
  name: "node:cluster",
  missing: () => undefined,
  async start(places, folder) {
    const child = startNode("cluster", [here("workers/cluster.mjs")], folder, placesEnv(places));
    return {
      supervisor: child.pid ?? 0,
      async stop() {
        await stopNode(child);
        // The primary has no shutdown of its own; its workers notice the closed channel and end, or are ended here.
        try {
          process.kill(-(child.pid ?? 0), "SIGKILL");
        } catch {
          // All gone.
        }
      },
    };
  },
};
