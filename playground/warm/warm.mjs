import { definePlugin } from "poolable";

/**
 * A cache in each worker of `groups` that is filled before the worker is ready: `worker.cache`, a Map. The number of its
 * entries stands on the scoreboard, and the log tells how long the filling took.
 */
export const warm = definePlugin(({ groups, source }) => ({
  name: "warm",
  worker: new URL("./warm-worker.mjs", import.meta.url),
  after: ["scoreboard"],
  setup(pool) {
    pool.decisions.spawnOptions.tap("warm", (spawn, { group }) => {
      if (!groups.includes(group)) return spawn;
      return { ...spawn, welcome: { ...spawn.welcome, warm: { source } } };
    });
    return pool.hooks.hook("worker:message", ({ plugin, slot, message }) => {
      if (plugin !== "warm") return;
      console.log(`warm: ${slot} has ${Number(message.entries)} entries after ${Number(message.tookMs)} ms`);
    });
  },
}));
