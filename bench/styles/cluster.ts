import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { children } from "../_machine.ts";
import { here, setupEnv, startNode, stopNode } from "../_style.ts";
import type { Style } from "../_style.ts";

/** `node:cluster` with a primary that forks on exit. */
export const cluster: Style = {
  name: "node:cluster",
  missing: () => undefined,
  async start(setup) {
    const child = startNode("cluster", [here("workers/cluster.mjs")], setup, setupEnv(setup));
    const supervisor = child.pid ?? 0;
    return {
      supervisor,
      async reload() {
        const old = children(supervisor);
        process.kill(supervisor, "SIGUSR2");
        while (children(supervisor).some((pid) => old.includes(pid))) await sleep(10);
      },
      async stop() {
        await stopNode(child);
        // The primary has no shutdown of its own; its workers notice the closed channel and end, or are ended here.
        try {
          process.kill(-supervisor, "SIGKILL");
        } catch {
          // All gone.
        }
      },
    };
  },
};
