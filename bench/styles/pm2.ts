import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { here, placesEnv, sameEnv } from "../_style.ts";
import type { Style } from "../_style.ts";

const bin = here("node_modules/pm2/bin/pm2");

/** pm2 in cluster mode: one daemon, with its home in the bench's folder. */
export const pm2: Style = {
  name: "pm2",
  missing: () => (existsSync(bin) ? undefined : "pm2 is not installed: run npm install in bench/"),
  async start(places, folder) {
    const home = join(folder, "pm2");
    const run = (...args: string[]): void => {
      const result = spawnSync(process.execPath, [bin, ...args], {
        encoding: "utf8",
        timeout: 60_000,
        env: sameEnv({ ...placesEnv(places), PM2_HOME: home, PM2_DISCRETE_MODE: "true" }),
      });
      if (result.status !== 0) throw new Error(`pm2 ${args[0]} failed: ${result.stderr || result.stdout}`);
    };
    const stop = async (): Promise<void> => run("kill");
    try {
      run("start", here("workers/pm2.config.cjs"));
    } catch (error) {
      await stop();
      throw error;
    }
    return { supervisor: Number(readFileSync(join(home, "pm2.pid"), "utf8")), stop };
  },
};
