import { defineWorkerPlugin } from "poolable/worker";

export default defineWorkerPlugin({
  async setup(worker, { source }, channel) {
    const startedAt = performance.now();
    const { entries } = await import(source);
    const cache = new Map(await entries());
    channel.decorate("cache", cache);
    channel.service("scoreboard")?.set("custom1", cache.size);
    channel.send({ entries: cache.size, tookMs: Math.round(performance.now() - startedAt) });
  },
});
