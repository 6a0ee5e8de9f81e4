// The pool of the soak test: one group of each kind, and a plugin that writes every exit down.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { defineConfig } from "poolable";
import { definePlugin } from "poolable";

const folder = process.env.SOAK_FOLDER;
const env = { SOAK_FOLDER: true, SOAK_PORT: true };
const port = Number(process.env.SOAK_PORT);

const exits = definePlugin(() => ({
  name: "exits",
  setup(pool) {
    const write = (line) => appendFileSync(join(folder, "exits"), `${JSON.stringify(line)}\n`);
    return pool.hooks.hook("exit:classified", ({ slot, report, verdict }) =>
      write({
        at: Date.now(),
        slot,
        pid: report.pid,
        class: verdict.class,
        sent: report.sentSignals,
        signal: report.signal,
        code: report.code,
        intent: report.intent ?? null,
        reason: verdict.reason,
      }),
    );
  },
}));

const common = { env, heartbeat: "6s", drain: "10s", stop: "4s" };

export default defineConfig({
  name: "soak",
  plugins: [exits()],
  groups: {
    web: { ...common, entry: "./web.mjs", type: "reactor", workers: { min: 1, max: 6 }, listen: port },
    work: {
      ...common,
      entry: "./work.mjs",
      type: "job",
      workers: { min: 1, max: 6 },
      jobs: { maxConcurrent: 8 },
    },
    lazy: { ...common, entry: "./work.mjs", type: "job", workers: { min: 0, max: 2 } },
    noise: { ...common, entry: "./noise.mjs", type: "service" },
    user: { ...common, entry: "./noise.mjs", type: "service", calls: ["lazy"] },
  },
});
