import { defineConfig } from "poolable";

export default defineConfig({
  name: "playground",
  groups: {
    web: {
      type: "reactor",
      entry: "./web.mjs",
      workers: { min: 2, max: 4 },
      listen: Number(process.env.PORT ?? 3000),
      // Short, so that /hang can be watched.
      heartbeat: "5s",
      // Little, so that /oom meets its limit before it is taken for a hang. The flag is Node's.
      runtime: "node",
      execArgv: ["--max-old-space-size=64"],
    },
    ticker: { type: "service", entry: "./ticker.mjs", env: { PORT: true } },
  },
});
