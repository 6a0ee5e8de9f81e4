import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { here, runNode, setupEnv } from "../_style.ts";
import type { Style } from "../_style.ts";

const bin = here("node_modules/pm2/bin/pm2");

/** pm2 in cluster mode: one daemon, with its home in the bench's folder. */
export const pm2: Style = {
  name: "pm2",
  missing: () => (existsSync(bin) ? undefined : "pm2 is not installed: run npm install in bench/"),
  async start(setup) {
    const home = join(setup.folder, "pm2");
    const env = { ...setupEnv(setup), PM2_HOME: home, PM2_DISCRETE_MODE: "true" };
    const run = (...args: string[]): Promise<void> => runNode([bin, ...args], setup.node, env);
    const stop = (): Promise<void> => run("kill");
    try {
      await run("start", here("workers/pm2.config.cjs"));
    } catch (error) {
      await stop();
      throw error;
    }
    return {
      supervisor: Number(readFileSync(join(home, "pm2.pid"), "utf8")),
      reload: () => run("reload", "all"),
      stop,
    };
  },
};
